"""Prints two hundred thousand lines."""
# ends: done
# prints: .*199999
for i in range(200_000):
    print(i)
