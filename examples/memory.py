"""Memory: click two cards; those that are alike stay open."""

background("#1b4332")
random.seed(9)
t = np.linspace(0, tau, 73)


def star(tips, deep):
    """A closed line between two circles."""
    return np.column_stack((np.sin(t), -np.cos(t))) * np.where(np.cos(tips * t) > 0, 38, 38 * deep)[:, None]


def bulb(wide, high):
    """A closed line as wide as one function of the angle, and as high as another."""
    return np.column_stack((wide * np.sin(t), high * -np.cos(t)))


GEM = bulb(34 * np.abs(np.sin(t)) ** 2, 38 * np.abs(np.cos(t)) ** 2)
SIGNS = [star(5, 0.5), star(12, 0.7), star(8, 0.45), GEM, bulb(34, 34), bulb(28 * np.sin(t / 2) ** 1.5, 36)]
SIGNS += [bulb(30 * np.cos(t / 2) ** 2, 38), bulb(38 - 14 * np.abs(np.cos(t)), 30 + 8 * np.abs(np.sin(3 * t)))]
SIGNS += [[(0, -38), (38, -4), (26, -4), (26, 34), (-26, 34), (-26, -4), (-38, -4)]]
COLORS = ["#ffb703", "#ff7b00", "#8338ec", "#9b5de5", "#f15bb5", "#4cc9f0", "#38b000", "#00b4d8", "#ef476f"]
deck = [*range(9), *range(9)]
random.shuffle(deck)
opened, found = [], 0
score = text("", name="score", at=(640, 52), size=28, color="#d8f3dc")


def look(face, sign):
    """Turn one card; when it is the second, see whether the two are alike."""
    global found
    if face.visible or len(opened) == 2:
        return
    face.visible = True
    opened.append((face, sign))
    if len(opened) == 2:
        if opened[0][1] == opened[1][1]:
            found += 1
            opened.clear()
        else:
            after(0.9, cover)
    score.text = f"{found} of 9 pairs"


def cover():
    for face, _ in opened:
        face.visible = False
    opened.clear()


for i, sign in enumerate(deck):
    x, y = 190 + 180 * (i % 6), 180 + 200 * (i // 6)
    with group(at=(x, y)) as card:
        rect(size=(150, 176), radius=18, color="#40916c", border=4, border_color="#74c69d")
        polygon(GEM, color="#52b788", opacity=0.7)
        with group(visible=False) as face:
            rect(size=(150, 176), radius=18, color="#f8f9fa")
            polygon(SIGNS[sign], color=COLORS[sign])
    card.on_click(lambda face=face, sign=sign: look(face, sign))
