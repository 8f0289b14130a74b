"""A chart gallery: lines, bars, dots, and a curve with its noise."""

background("#1b2030")
rng = np.random.default_rng(8)
months = ["Jan", "Mar", "May", "Jul", "Sep", "Nov"]
days = np.linspace(0, 12, 80)

with chart("Temperature", x_text="month", y_text="°C", at=(330, 190), size=(560, 310)):
    plot("Lisbon", np.column_stack((days, 17 - 6 * np.cos(days * tau / 12))), color="#ff9f6b", thickness=3)
    plot("Oslo", np.column_stack((days, 6 - 11 * np.cos(days * tau / 12))), color="#5fb0ff", thickness=3)
    plot("Nairobi", np.column_stack((days, 19 + np.cos(days * tau / 12))), color="#7ddc9a", thickness=3)

with chart("Rain", y_text="mm", at=(950, 190), size=(560, 310)):
    bar("Oslo", [49, 47, 53, 81, 90, 79], labels=months, color="#5fb0ff", thickness=0.6)

with chart("Height and weight", x_text="cm", y_text="kg", at=(330, 535), size=(560, 310)):
    for name, middle, color in (("women", (165, 62), "#c792ea"), ("men", (178, 78), "#ffd166")):
        height = rng.normal(middle[0], 6, 140)
        weight = middle[1] + 0.8 * (height - middle[0]) + rng.normal(0, 6, 140)
        scatter(name, np.column_stack((height, weight)), color=color)

with chart("A fit", at=(950, 535), size=(560, 310)):
    x = np.linspace(0, 10, 60)
    y = np.sin(x) * np.exp(-x / 6)
    scatter("measured", np.column_stack((x, y + rng.normal(0, 0.08, 60))), color="#8fa3bf")
    plot("true", np.column_stack((x, y)), color="#ff6b8b", thickness=3)
