"""Files letters by their senders."""

import os


def file_letter(folder, sender, text):
    with open(os.path.join(folder, sender), "w") as file:
        file.write(text)
