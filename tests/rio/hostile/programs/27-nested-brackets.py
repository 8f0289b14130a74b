"""Has the parser recurse: brackets, operators and blocks inside each other, thousands deep."""
# prints: 6 errors
import ast

errors = 0
for source in (
    "(" * 100_000,
    "(" * 5000 + ")" * 5000,
    "-" * 500_000 + "1",
    "x" + ".a" * 500_000 + "(" * 100,
    "\n".join(" " * i + "if 1:" for i in range(200)),
    "f'" + "{f\"" * 200,
):
    try:
        ast.parse(source)
        compile(source, "a", "exec")
    except (SyntaxError, MemoryError, RecursionError, IndentationError):
        errors += 1
print(errors, "errors")
