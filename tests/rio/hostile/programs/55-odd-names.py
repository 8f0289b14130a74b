"""Names files so that they trip whoever lists or removes them."""
# ends: done
for name in ("a\nb", "-rf", "$(id)", "\x1b[31m", "*", "~", "a" * 255, "ö" * 127, "\udcff\udcfe", " "):
    open(name, "w").close()
