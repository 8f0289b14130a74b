"""A pocket calculator of rounded shapes that can be clicked."""

background("#cfd8dc")
rect(name="shadow", at=(640, 372), size=(420, 640), radius=40, color="#90a4ae", opacity=0.6)
rect(name="body", at=(640, 360), size=(420, 640), radius=40, color="#263238")
rect(name="glass", at=(640, 125), size=(360, 110), radius=18, color="#c5d6c0")
said = text("0", name="said", at=(800, 128), size=64, font="mono", color="#1f2a24", anchor="right")
term = ""


def press(key):
    """What a key does to the term."""
    global term
    term = "" if term == "Error" else term
    if key == "C":
        term = ""
    elif key == "←":
        term = term[:-1]
    elif key == "=":
        try:
            term = f"{eval(term.replace('×', '*').replace('÷', '/').replace('%', '/100')):.8g}"
        except (SyntaxError, ArithmeticError, NameError):
            term = "Error"
    else:
        term = (term.rstrip("÷×-+") if key in "÷×-+" else term) + key
        term = term[:9]
    said.text = term or "0"


def key(label, x, y, color, ink="white", width=78):
    """One key: a rounded rect and its label, which hear clicks together."""
    with group(name=f"key {label}", at=(x, y)) as whole:
        rect(size=(width, 70), radius=18, color=color)
        text(label, size=32, color=ink, font="bold")
    whole.on_click(lambda: press(label))


for row_, labels in enumerate(("C←%÷", "789×", "456-", "123+", "0.=")):
    for column, label in enumerate(labels):
        color = "#e76f51" if label == "C" else "#f4a261" if label in "÷×-+" else "#37474f"
        x, y = 499 + 94 * column, 232 + 88 * row_
        if label == "=":
            key(label, x + 47, y, "#2a9d8f", width=172)
        else:
            key(label, x, y, color)
