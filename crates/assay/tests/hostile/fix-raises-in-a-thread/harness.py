import sys

sys.path.insert(0, "src")
import name

print("last=" + name.last(sys.argv[1]))
