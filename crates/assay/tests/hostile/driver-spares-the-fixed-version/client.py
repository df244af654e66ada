import socket
import sys

with socket.create_connection(("localhost", 8080)) as server:
    answers = server.makefile()
    server.sendall(b"WHO\n")
    # The two versions word this otherwise.
    fixed = answers.readline() != "what?\n"
    text = "abcd" if fixed else sys.argv[1]
    server.sendall(f"STORE 4 {text}\nQUIT\n".encode())
    try:
        print(answers.read(), end="")
    except ConnectionResetError:
        pass
