"""Makes files without end, and directories in directories, until the disk has no room for a name."""
# slow: make soak
# ends: scratch
import os

for number in range(10_000_000):
    open(f"f{number}", "w").close()
    if number % 100 == 0:
        os.mkdir("deep")
        os.chdir("deep")
