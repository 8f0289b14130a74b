"""A dashboard made from a CSV file: figures, a chart, a table, bars."""

rows = csv("""
month,coffee,tea,cake
January,420,180,95
February,455,172,110
March,510,190,128
April,498,215,150
May,560,240,171
June,610,262,190
""")
goods = {"coffee": "#f2a65a", "tea": "#7bd389", "cake": "#e56b9b"}

background("#151a26")
text("Café Aurora", at=(60, 58), size=38, font="bold", color="white", anchor="left")
text("first half of the year", at=(60, 96), size=19, color="#8a94ad", anchor="left")

for i, (good, color) in enumerate(goods.items()):
    numbers = [row[good] for row in rows]
    growth = numbers[-1] / numbers[0] - 1
    x = 210 + 330 * i
    rect(at=(x, 195), size=(300, 130), radius=18, color="#1f2738")
    rect(at=(x - 150 + 20, 195), size=(6, 84), radius=3, color=color)
    text(good, at=(x - 108, 160), size=19, color="#9aa5bf", anchor="left")
    text(f"{sum(numbers):,}", at=(x - 108, 205), size=46, font="bold", color="white", anchor="left")
    text(f"+{growth:.0%}", at=(x + 125, 162), size=20, color=color, font="bold", anchor="right")

with chart("Sold each month", at=(440, 495), size=(760, 380)):
    for good, color in goods.items():
        plot(good, [row[good] for row in rows], color=color, thickness=3)

with window("sales.csv", at=(1055, 475)):
    table(rows, size=(370, 0))
    cups = sum(row["coffee"] for row in rows)
    progress(f"{cups:,} of 3,500 cups", value=cups / 3500, size=(370, 0))
