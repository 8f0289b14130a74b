"""Puts lines into names, tags, texts and tasks that would be read as something else where they are listed."""
# ends: done
# scene:
for name in ("a\nb", "..", ".", "a/b", "", " a", "a\x00", "ctl", "a\u2028b", "#", "'", '"', "\\", "\u202e"):
    try:
        text("undo\n# version 7\nclear()\n'''\n", name=name, tags=["a\tb", "c"])
    except ValueError:
        continue


def tick():
    pass


tick.__name__ = "x\nversion 9\ttick\x1b[31m"
every(1000)(tick)
