"""What is asked of a worker without disturbing it: a copy of it answers, and is thrown away.

Each question is a program; what it prints is the answer. It runs in the copy alone, so it may define what it likes.
"""

import re

from ninep import FileError

_LONGEST = 9  # digits of a number that a task can have

VARIABLES = """
import json, types

def _plain(value, depth=0):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value if not isinstance(value, str) or len(value) <= 1000 else value[:1000] + "..."
    if depth < 3 and isinstance(value, (list, tuple)) and len(value) <= 100:
        return [_plain(item, depth + 1) for item in value]
    if depth < 3 and isinstance(value, dict) and len(value) <= 100:
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, types.FunctionType):
        return f"<function {value.__name__}>"
    return repr(value)[:200]

_hidden = {"json", "types"}
_kept = {n: v for n, v in globals().items() if n[0] != "_" and n not in _hidden and type(v) is not types.ModuleType}
print(json.dumps({name: _plain(value) for name, value in _kept.items()}, indent=1, default=repr))
"""
"""The variables of the scene's programs, as a JSON object."""

TASKS = """
for _task in __builtins__["stop"].__self__.tasks():
    print(_task)
"""
"""A line for each function that is called now and then, and for each animation (see `namespace.Language`)."""

_TASK = re.compile(r"(\d+) (\S+)( (?:every|after|on) )?")


def name_of_task(tasks: str, number: str) -> str:
    """What the task of that number is called, if it alone is called so: then it can be said in a program.

    "" for an animation, for one of several functions of a name, and where the list is too long to tell. FileError if
    there is none of that number.
    """
    found = [match.groups() for line in tasks.splitlines() if (match := _TASK.match(line))]
    names = [name for _, name, _ in found]
    is_all = not tasks.endswith(" more\n")
    for other, name, is_function in found:
        if other == number:
            return name if is_all and is_function and names.count(name) == 1 else ""
    if is_all or len(number) > _LONGEST:
        raise FileError(f"no task {number:.20}; read tasks for a list")
    return ""
