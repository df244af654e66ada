# SPDX-License-Identifier: Apache-2.0
"""Downloads named files of one project: OUT MAX_BYTES PROJECT FILE...

Uses pip's own configuration and HTTP session, and nothing else of pip: no
resolver, no metadata, no build. Speaks the simple index (JSON or HTML). Files
are recognised by their exact names; the caller checks their digests.
"""

import html.parser
import json
import os
import re
import shutil
import sys
from urllib.parse import unquote, urljoin, urlsplit

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
)
MAX_PAGE = 64 * 1024 * 1024


class Links(html.parser.HTMLParser):
    """The targets of a page's links."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.base = None

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href")
        if not href:
            return
        if tag == "a":
            self.found.append(href)
        elif tag == "base" and self.base is None:
            self.base = href


def body(response, limit):
    """The parts of a response, up to a size."""
    total = 0
    for part in response.iter_content(1 << 16):
        total += len(part)
        if total > limit:
            raise ValueError("more than %d bytes" % limit)
        yield part


def last_segment(url):
    return unquote(urlsplit(url).path.rsplit("/", 1)[-1])


def links(session, index, project):
    """File name -> address, as one index has them."""
    page = index.rstrip("/") + "/" + project + "/"
    with session.get(page, headers={"Accept": ACCEPT}, stream=True) as response:
        if response.status_code == 404:
            return {}
        response.raise_for_status()
        content = b"".join(body(response, MAX_PAGE))
        kind = response.headers.get("Content-Type", "").lower()
        page = response.url
        encoding = response.encoding or "utf-8"
    if "json" in kind:
        files = json.loads(content).get("files", [])
        return {item["filename"]: urljoin(page, item["url"]) for item in files}
    parser = Links()
    parser.feed(content.decode(encoding, "replace"))
    base = urljoin(page, parser.base) if parser.base else page
    targets = [urljoin(base, href) for href in parser.found]
    return {last_segment(target): target for target in targets}


def download(session, index, url, path, limit):
    secure = urlsplit(index).scheme == "https"
    allowed = {"https"} if secure else {"https", "http"}
    url = url.split("#", 1)[0]
    if urlsplit(url).scheme not in allowed:
        raise ValueError("the index points to an address that is not fetched")
    # As stored: a mirror must not have the tarball unpacked on the way.
    headers = {"Accept-Encoding": "identity"}
    with session.get(url, headers=headers, stream=True) as response:
        response.raise_for_status()
        with open(path, "xb") as file:
            for part in body(response, limit):
                file.write(part)


def main():
    out, limit, project, *names = sys.argv[1:]
    project = re.sub(r"[-_.]+", "-", project).lower()
    try:
        from pip._internal.commands import create_command

        command = create_command("download")
        options, _ = command.parse_args([])
        session = command._build_session(options)
    except (ImportError, AttributeError) as error:
        print("pip cannot be used: %r" % error, file=sys.stderr)
        return 3

    missing = set(names)
    for folder in options.find_links or []:
        for name in sorted(missing):
            path = os.path.join(folder, name)
            if os.path.isdir(folder) and os.path.isfile(path):
                if os.path.getsize(path) <= int(limit):
                    shutil.copyfile(path, os.path.join(out, name))
                    missing.discard(name)

    indexes = [] if options.no_index else [options.index_url] + options.extra_index_urls
    failed = False
    for index in filter(None, indexes):
        if not missing:
            break
        try:
            known = links(session, index, project)
            for name in sorted(missing & known.keys()):
                download(session, index, known[name], os.path.join(out, name), int(limit))
                missing.discard(name)
        except Exception as error:  # one index failing must not hide the next
            print("%s: %s" % (type(error).__name__, error), file=sys.stderr)
            failed = True
    for name in () if failed else sorted(missing):
        print("%s is not in the index of %s" % (name, project), file=sys.stderr)
    return 1 if missing else 0


sys.exit(main())
