"""Parses nested brackets: harness.py SITE DEPTH. Errors that the library promises are caught, others are left alone."""

import sys

site, depth = sys.argv[1:]
sys.path.insert(0, site)

import greet  # noqa: E402

try:
    print("depth=%d" % greet.parse("[" * int(depth)))
except ValueError as error:
    print("refused: %s" % error)
