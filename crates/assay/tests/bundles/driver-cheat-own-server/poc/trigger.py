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


try:
    own = socket.socket()
    own.bind(("127.0.0.1", 8081))
    own.listen()
except OSError as error:
    print(error)
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGSEGV)
os.waitpid(child, 0)
ask("STORE 4 abcd")
