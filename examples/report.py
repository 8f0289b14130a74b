"""A report in Markdown beside its chart; a click on a link turns the page."""

background("#263238")
HEIGHTS = {"March": [2, 5, 9, 14], "April": [20, 31, 43, 58], "May": [74, 96, 121, 143]}
PAGE = """# The beanstalk

Grown on the balcony from *five* beans, measured **every week** by two people who never agreed.

| Month | Weeks | Height |
|-------|------:|-------:|
{rows}

> Jack was right: do not sell the cow.

- [x] water it
- [x] give it a stick
- [ ] climb it

```python
height = 2 * 1.4 ** week
```

Look at [March](march), [April](april) or [May](may).
"""
ALL = [height for weeks in HEIGHTS.values() for height in weeks]
rows = "\n".join(f"| {month} | {len(weeks)} | {weeks[-1]} cm |" for month, weeks in HEIGHTS.items())

with window("Report", name="report", at=(370, 350), size=(600, 570)):
    page = markdown(PAGE.format(rows=rows))
with window("Height in cm", name="growth", at=(960, 250)), chart(size=(500, 320), x_text="week"):
    curve = plot("beans", ALL, color="#9ccc65", thickness=3)
    dots = scatter("measured", ALL, color="#dcedc8", thickness=5)
note = text("twelve weeks in all", at=(960, 510), size=26, color="#b0bec5", font="italic")


@page.on_click
def turn(event):
    month = event.url.title()
    curve.points = dots.points = HEIGHTS[month]
    note.text = f"four weeks of {month}"
