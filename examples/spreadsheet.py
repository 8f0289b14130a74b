"""A table whose sums follow: click a cell of the last columns, then + or -."""

background("#20293a")
goods = ["Bread", "Cheese", "Apples", "Coffee", "Olives", "Wine"]
prices = [3.20, 7.80, 2.40, 9.50, 4.10, 11.90]
counts = [2, 1, 6, 1, 3, 2]
chosen = 0

with window("Shopping", name="sheet", at=(430, 360)):
    text("Click a row, then change how many.", size=17)
    cells = table(["", "Good", "Price", "How many", "Together"], [], size=(620, 0))
    with row():
        minus = button("–", size=(60, 0), color="slategray")
        plus = button("+", size=(60, 0), color="seagreen")
        total = text("", size=24, font="bold")
with chart("What it costs, in €", at=(1010, 360), size=(470, 400)):
    bars = bar("each good", [0] * 6, labels=goods, color="#f2a65a", thickness=0.6)


def calculate():
    lines = []
    for i, (good, price, count) in enumerate(zip(goods, prices, counts, strict=True)):
        lines.append(("›" if i == chosen else "", good, f"{price:.2f} €", count, f"{price * count:.2f} €"))
    together = sum(float(line[-1].split()[0]) for line in lines)
    bars.points = [price * count for price, count in zip(prices, counts, strict=True)]
    cells.rows = [*lines, ("", "Sum", "", sum(counts), f"{together:.2f} €")]
    total.text = f"{together:.2f} € in all"


@cells.on_click
def choose(event):
    global chosen
    chosen = min(event.row, len(goods) - 1)
    calculate()


@plus.on_click
def more():
    counts[chosen] += 1
    calculate()


@minus.on_click
def fewer():
    counts[chosen] = max(0, counts[chosen] - 1)
    calculate()


calculate()
