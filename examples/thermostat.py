"""A house that is heated: sliders and a switch set what happens, a chart shows the hours."""

background("#dfe7ee", theme="light")
polygon([(120, 330), (380, 130), (640, 330)], color="#9c4a3c")
rect(at=(380, 470), size=(440, 290), color="#f7f1e5")
rect(at=(520, 545), size=(90, 140), color="#7d5a44", radius=4)
panes = [rect(at=(x, 440), size=(88, 88), color="#27364a", border=5, border_color="white") for x in (260, 400)]
rect(at=(640, 668), size=(1280, 108), color="#8fb98a")
circle(at=(90, 110), size=110, color="#ffd166")
rect(at=(505, 190), size=(46, 120), color="#7a3b30", layer=-1)
reading = text("", at=(380, 280), size=44, font="bold", color="white")

with window("Heating", name="panel", at=(965, 200)):
    heating = checkbox("Heating", value=True)
    wish = slider("Wanted °C", low=14, high=26, step=0.5, value=21, size=(480, 0))
    outside = slider("Outside °C", low=-20, high=30, step=1, value=-4, size=(480, 0))
    power = progress("Burner", value=0, size=(480, 0))

with window("The last day", at=(965, 535)), chart(size=(480, 230), x_text="hours"):
    curve = plot("inside", [12], color="#ff9f6b", thickness=3)
    goal = plot("wanted", [21], color="#7ddc9a")

warmth, past = 12.0, [12.0]


@every(0.1)
def quarter_of_an_hour():
    global warmth
    need = min(1, max(0, 0.35 * (wish.value - warmth) + 0.45)) if heating.value else 0
    warmth += 1.9 * need - 0.032 * (warmth - outside.value)
    past.append(warmth)
    hours = np.arange(len(past[-97:])) / 4
    curve.points = np.column_stack((hours, past[-97:]))
    goal.points = np.column_stack((hours, np.full(len(hours), wish.value)))
    power.value = need
    reading.text = f"{warmth:.1f} °C"
    glow = max(0, min(1, (warmth - 8) / 14))
    for pane in panes:
        pane.color = (0.15 + 0.85 * glow, 0.21 + 0.6 * glow, 0.29 + 0.1 * glow)


quarter_of_an_hour()
