"""Draws paths of a million curves, of places that no number has, and of rubbish."""
# ends: done
# scene:
for d in (
    "M 0 0 " + "C 9 9 -9 9 0 0 " * 200_000, "M 0 0" + " A 1e9 1e-9 45 1 1 300 200" * 9_000, "M 0 0 L 1e308 -1e308 L 1e999 0",
    "M" * 9_999, "M 0 0 " + "l 1 1 " * 500_000 + "Z", "M 0 0 h nan v inf", "M 0 0 " + "M 1 1 Z" * 50_000, "9" * 999_999, "",
):  # fmt: skip
    try:
        path(d, name="bomb", at=(9, 9))
    except (ValueError, MemoryError, TypeError, SyntaxError) as error:
        print(type(error).__name__)
