"""The sum of the digits in a text, by another implementation."""
import sys

with open(sys.argv[1]) as file:
    print("sum=%d" % sum(int(letter) for letter in file.readline() if letter.isdigit()))
