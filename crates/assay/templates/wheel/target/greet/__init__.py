"""Counts nested brackets."""


def parse(text, depth=0):
    if not text.startswith("["):
        return depth
    return parse(text[1:], depth + 1)
