"""Becomes another program, in every way that there is."""
# prints: nothing
import os, subprocess

done = []
for how in (
    lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),
    lambda: os.execv("/proc/self/exe", ["python", "-c", "1"]),
    lambda: os.posix_spawn("/bin/true", ["true"], {}),
    lambda: subprocess.run(["/bin/true"]),
    lambda: os.popen("true").read(),
    lambda: os.fexecve(os.open("/usr/lib/os-release", os.O_RDONLY), [], {}),
):
    try:
        done.append(how())
    except (OSError, AttributeError):
        continue
if os.system("true") == 0:
    done.append("system")
print(done or "nothing")
