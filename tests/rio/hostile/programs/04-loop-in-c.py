"""Loops for ever inside one call of the C library, where Python looks at no signal."""
# ends: killed: the picture stays
# interrupt:
import itertools

print("go")
sum(itertools.repeat(1))
