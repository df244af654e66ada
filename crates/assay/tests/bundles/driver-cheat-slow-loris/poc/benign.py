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


ask("STORE 4 abcd")
