"""Bends the worker's own modules: its messages, its encoder, its channel, its scene, its timers, its walls."""
# ends: the worker ended|killed|interrupted
# interrupt:
import sys

print("go")
for name, module in list(sys.modules.items()):
    if name.startswith(("rio.", "msgspec")):
        for word in list(vars(module)):
            if word[:2] != "__":
                try:
                    setattr(module, word, None)
                except (AttributeError, TypeError):
                    continue
box()
while True:
    pass
