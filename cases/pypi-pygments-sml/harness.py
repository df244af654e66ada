# SPDX-License-Identifier: Apache-2.0
"""Counts the tokens of a Standard ML file: harness.py SITE FILE."""

import sys

site, path = sys.argv[1:]
sys.path.insert(0, site)

from pygments.lexers.ml import SMLLexer  # noqa: E402

with open(path, encoding="utf-8") as file:
    text = file.read()
print("tokens=%d" % sum(1 for _ in SMLLexer().get_tokens(text)))
