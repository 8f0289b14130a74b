"""Takes Python itself apart: built-in names, modules, the import machinery, the namespace it runs in."""
# ends: .
import builtins, gc, sys

kept = sys.modules, builtins.__dict__
for space in (globals(), globals()["__builtins__"]):
    for name in ("box", "print", "nodes", "find"):
        space[name] = None
builtins.__import__ = builtins.__build_class__ = builtins.isinstance = builtins.len = builtins.type = None
sys.modules.clear()
sys.path[:] = sys.meta_path[:] = []
sys.stdout = sys.stderr = None
sys.excepthook = sys.displayhook = None
globals()["__builtins__"].clear()
