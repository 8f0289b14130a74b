"""Loops for ever in finalisers and generators, which swallow what is raised in them."""
# ends: killed|interrupted
# interrupt:
def going():
    while True:
        try:
            yield
        except GeneratorExit:
            continue


class Slow:
    def __del__(self):
        print("go")
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass


generator = going()
next(generator)
try:
    generator.close()
except RuntimeError:
    pass
Slow()
