"""Fills terminals, markdown, code, trees and tables with more than anybody can read."""
# ends: done|at most|more than
# scene: full
with window("flood"):
    for number in range(20):
        t = terminal(name=f"terminal {number}")
        try:
            for _ in range(200):
                t.write("\x1b[31m" + "x" * 5000 + "\x1b[9999;9999H\x1b]0;" + "\n" * 100)
        except AttributeError:
            pass
    markdown("# " * 1000 + "\n" + "> " * 5000 + "\n" + "* " * 5000 + "\n" + "[x](" * 5000)
    markdown("|" * 5000 + "\n" + "|-" * 5000)
    code("(" * 50_000)
    code('"""' + "\\" * 50_000)
