"""Puts something else in the place of the built-in names."""
# ends: .
__builtins__ = None
print("gone")
