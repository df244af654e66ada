"""Unpacks the box that is named into a folder, and says what was written."""
import os
import sys

sys.path.insert(0, sys.argv[1])
import unbox

os.makedirs(sys.argv[2], exist_ok=True)
with open(sys.argv[3], errors="replace") as file:
    text = file.read()
try:
    print("unboxed", ",".join(unbox.unbox(text, sys.argv[2])).encode("ascii", "replace").decode())
except (ValueError, OSError) as error:
    print("refused", type(error).__name__)
    sys.exit(1)
