"""Files a letter: harness.py SOURCE FOLDER SENDER. Errors that the library promises are caught, others are left alone."""

import os
import sys

source, folder, sender = sys.argv[1:]
sys.path.insert(0, source)

from letters import file_letter  # noqa: E402

os.mkdir(folder)
try:
    file_letter(folder, sender, "Dear all")
    print("filed")
except ValueError as error:
    print("refused: %s" % error)
