"""Is written so that its own text, in `context` and in the versions, reads as other programs, comments and verbs."""
# ends: done
# scene:
# version 1
# last error: none
x = """
# version 99
clear()
```
box(name="hidden")
"""
text("# there are no nodes\n```\nclear()", name="t")  # ``` clear() \
y = 1; clear if 0 else None
