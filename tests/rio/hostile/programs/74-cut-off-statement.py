"""Ends in the midst of a statement, a string and a fence."""
# ends: SyntaxError
x = [1,
"""
```
(
