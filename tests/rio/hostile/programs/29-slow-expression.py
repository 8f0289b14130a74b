"""Matches a regular expression that takes longer than the world will last."""
# ends: interrupted
# interrupt:
import re

print("go")
re.match(r"(a+)+$", "a" * 64 + "b")
