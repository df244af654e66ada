"""A name of so many letters."""


def last(text):
    length, _, name = text.partition(":")
    return name[int(length) - 1]
