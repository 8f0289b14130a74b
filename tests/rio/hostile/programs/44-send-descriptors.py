"""Sends descriptors to the display until it has no room for more."""
# prints: 0 sent
import os, socket

sent = 0
for fd in range(3, 64):
    for _ in range(100):
        try:
            sock = socket.socket(fileno=os.dup(fd))
            socket.send_fds(sock, [b"\0"], [0, 1, 2])
            sent += 1
        except OSError:
            break
print(sent, "sent")
