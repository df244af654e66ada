"""Prints the last letter of a name."""
import sys

sys.path.insert(0, "src")
from name import Name

print("last=" + Name(sys.argv[1]).last())
