"""Computes a number of more digits than there are atoms."""
# ends: interrupted|MemoryError
# interrupt:
print("go")
9**9**9
