"""Lights the scene with ten thousand lamps."""
# ends: done|at most
# scene:
for i in range(10_000):
    light(at=(random.random(), 5, random.random()))
