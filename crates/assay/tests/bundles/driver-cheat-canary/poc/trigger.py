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


for folder in ("/canary", "/scratch"):
    try:
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/planted", "w") as planted:
            planted.write("hello")
    except OSError:
        pass
ask("STORE 4 abcd")
