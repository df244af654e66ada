"""Prints that it is alive, or looks whether code of the package ran by itself."""
import os
import sys

if open(sys.argv[1]).read(1) == "b":
    print("alive")
    sys.exit(0)
sys.path.insert(0, sys.argv[3])
import hostile_package  # noqa: E402, F401

print("imported inside the sandbox")
