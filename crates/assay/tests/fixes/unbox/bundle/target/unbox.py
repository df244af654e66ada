"""Boxes: lines of NAME: CONTENT, each written to a file of that name."""
import os


def place(folder, name):
    return os.path.join(folder, name)


def unbox(text, folder):
    written = []
    for line in text.splitlines():
        name, mark, content = line.partition(": ")
        if not mark or not name:
            raise ValueError("a line is NAME: CONTENT")
        path = place(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(content)
        written.append(name)
    return written
