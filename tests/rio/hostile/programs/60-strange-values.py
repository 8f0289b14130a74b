"""Gives nodes things that lie about what they are: numbers, texts and lists of its own making."""
# ends: done|the worker ended
# prints: (heard)?
# scene:
class Text(str):
    def __len__(self):
        return 1 << 60

    def strip(self, *_):
        return self


class Number(float):
    def __float__(self):
        raise KeyError(self)

    def __le__(self, other):
        return True

    __ge__ = __lt__ = __gt__ = __le__


class Rows(list):
    def __len__(self):
        return -1

    def __iter__(self):
        return iter([self] * 3)


class Any:
    def __getattr__(self, name):
        return Any()

    def __call__(self, *_):
        return self

    def __repr__(self):
        raise SystemError("no")


for value in (Text("red"), Number("nan"), Rows(), Any(), Any, type, print, b"bytes", {1: 2}, 1j, ...):
    for word in ("at", "size", "color", "text", "tags", "parent", "visible", "name", "points", "rows", "layer"):
        for make in (box, text, table, points, group):
            try:
                make(**{"name": "strange", word: value})
            except Exception:
                continue
    try:
        base.at = value
    except Exception:
        continue
base.at = (0, 0.5, 0)
print("heard")
