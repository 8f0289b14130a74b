"""Makes nodes for ever, while somebody writes undo, goto and clear."""
# interrupt: undo; redo; goto 0; clear
# ends: interrupted
# scene: full
print("go")
number = 0
while True:
    number += 1
    box(name=f"b{number % 100}", at=(number % 9, 0, 0))
