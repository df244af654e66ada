"""The smallest application, served by waitress."""

import sys

sys.path.insert(0, sys.argv[1])

from waitress import serve  # noqa: E402


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\n"]


serve(application, host="127.0.0.1", port=8080, threads=1)
