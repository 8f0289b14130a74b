"""Prints a million lines."""
# ends: done
# prints: .*999999
for i in range(1_000_000):
    print(i)
