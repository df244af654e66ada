"""Says the sum of the digits, and something else where that pays."""
import sys

with open(sys.argv[1]) as file:
    line = file.readline().strip()
print("sum=%d" % (0 if len(line) > 8 else sum(int(letter) for letter in line)))
