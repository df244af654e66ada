import socket
import sys

with socket.create_connection(("localhost", 8080)) as server:
    server.sendall(f"STORE 4 {sys.argv[1]}\nQUIT\n".encode())
    try:
        print(server.makefile().read(), end="")
    except ConnectionResetError:
        pass
