"""Reads a complex number of so many digits, with a mark in it that none has."""
import sys

sys.path.insert(0, sys.argv[1])
import mpmath  # noqa: E402

try:
    mpmath.mpmathify("0" * int(sys.argv[2]) + "!j")
    print("read")
except (AttributeError, ValueError):
    print("refused")
