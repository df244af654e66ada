"""Reads a name such as `3:abc`."""


class Name:
    def __init__(self, text):
        length, self.letters = text.split(":", 1)
        self.length = int(length)

    def last(self):
        return self.letters[self.length - 1]
