# SPDX-License-Identifier: Apache-2.0
"""Parses a Content-Type header: harness.py SITE BACKSLASHES.

The header's option opens a quote, goes on with backslashes and never closes it.
"""

import sys

site, count = sys.argv[1:]
sys.path.insert(0, site)

from multipart.multipart import parse_options_header  # noqa: E402

header = 'application/x-www-form-urlencoded; !="' + "\\" * int(count)
kind, _options = parse_options_header(header)
print("type=%s" % kind.decode("ascii"))
