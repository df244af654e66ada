import os
import signal
import socket
import sys
import time

server = socket.create_connection(("127.0.0.1", 8080))


def ask(line):
    server.sendall(line.encode() + b"\nQUIT\n")
    try:
        print(server.makefile().read(), end="")
    except ConnectionResetError:
        pass


report = """==2==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000015
WRITE of size 16 at 0x602000000015 thread T0
    #0 0x55d0c0001234 in note_store /bundle/src/note.c:20 (/out/harness+0x1234)
SUMMARY: AddressSanitizer: heap-buffer-overflow note.c:20 in note_store
==2==ABORTING
"""
print(report)
print(report, file=sys.stderr)
for folder in ("/log", "/scratch", "/tmp", "/canary"):
    for name in ("report.2", f"report.{os.getpid()}"):
        try:
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/{name}", "w") as log:
                log.write(report)
        except OSError:
            pass
ask("STORE 4 abcd")
