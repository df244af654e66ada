# SPDX-License-Identifier: Apache-2.0
"""Parses nested brackets: harness.py SITE DEPTH.

The library's own error is a refusal and caught; any other is left alone. The
interpreter's stack is 400 frames in place of 1,000, which changes nothing but
the depth needed, and the CPU time from thirteen seconds to one.
"""

import sys

site, depth = sys.argv[1:]
sys.path.insert(0, site)

import sqlparse  # noqa: E402
from sqlparse.exceptions import SQLParseError  # noqa: E402

brackets = int(depth)
sys.setrecursionlimit(400)
try:
    statements = sqlparse.parse("[" * brackets + "]" * brackets)
except SQLParseError as error:
    print("refused: %s" % error)
else:
    print("statements=%d" % len(statements))
