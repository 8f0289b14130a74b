"""Fills the disk: one endless file, then thousands of large ones."""
# slow: make soak
# ends: scratch
with open("endless", "wb") as file:
    try:
        while True:
            file.write(bytes(1 << 20))
    except OSError:
        pass
for number in range(1000):
    with open(f"large{number}", "wb") as file:
        file.write(bytes(60 << 20))
