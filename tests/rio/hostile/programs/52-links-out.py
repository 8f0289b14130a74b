"""Leads a path out of its directory: links, `..`, the directory itself by other names, files moved out."""
# prints: nothing
import os

os.mkdir("in")
open("in/a", "w").close()
done = []
for attempt in (
    lambda: os.symlink("/etc/passwd", "link"),
    lambda: os.link("/etc/passwd", "hard"),
    lambda: os.link("in/a", f"{home}/hard"),
    lambda: os.rename("in", f"{home}/in"),
    lambda: os.rename("in/a", f"{home}/a"),
    lambda: open("../a", "w"),
    lambda: open("in/../../a", "w"),
    lambda: open("/proc/self/cwd/../a", "w"),
    lambda: os.mkdir("/proc/self/root/tmp/a"),
    lambda: os.mkfifo("fifo"),
    lambda: os.mknod("node"),
    lambda: os.chmod(".", 0o777),
    lambda: os.utime(".", (0, 0)),
    lambda: os.setxattr(".", "user.a", b"x"),
    lambda: os.open("..", os.O_TMPFILE | os.O_RDWR),
    lambda: open(f"{home}/.ssh/id", "a"),
    lambda: os.truncate(f"{home}/.ssh/id", 0),
    lambda: os.remove(f"{home}/.ssh/id"),
):
    try:
        done.append(attempt())
    except OSError:
        continue
print(done or "nothing")
