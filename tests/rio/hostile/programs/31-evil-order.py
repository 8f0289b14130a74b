"""Sorts and hashes things that answer differently each time, or never."""
# ends: killed|interrupted
# interrupt:
class Evil:
    def __lt__(self, other):
        evil.append(Evil()) if random.random() < 0.1 else None
        return random.random() < 0.5

    def __eq__(self, other):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    def __hash__(self):
        return 1


evil = [Evil() for _ in range(100)]
try:
    evil.sort()
except ValueError:
    print("go")
{Evil(), Evil()}
