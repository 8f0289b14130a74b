"""A piano: click its keys, or play on the letters of the keyboard."""

background("#2a1a14")
rect(at=(640, 430), size=(1180, 480), radius=26, color="#120b08")
rect(at=(640, 215), size=(1180, 50), radius=16, color="#4a2c20")
rect(at=(640, 244), size=(1120, 8), color="#a4161a")
text("Peribus & Söhne", at=(640, 130), size=44, font="italic", color="#d9b26f")
said = text("", at=(640, 180), size=22, color="#9c7a4d")

WHITE = ["C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5", "D5", "E5", "F5", "G5", "A5", "B5"]
LETTERS = {"white": "a s d f g h j k l", "black": "w e  t y u  o p"}
newest = []


def key(note, at, size, color, layer, letter):
    """One key: it goes down while it is pressed, and its string sounds."""
    tone = sound(note, seconds=1.6, name=f"tone {note}")
    body = rect(name=f"key {note}", at=at, size=size, radius=8, color=color, layer=layer, anchor="top")
    text(letter, at=(at[0], at[1] + size[1] - 34), size=22, color="#a08c7d", layer=layer)
    gold = (0.95, 0.72, 0.32)

    def press():
        tone.play()
        body.color = gold
        body.animate(color=color, seconds=1.2, ease="out")
        newest.append(note)
        said.text = "  ".join(newest[-12:])

    body.on_press(press)
    if letter:
        on_key(letter)(press)


letters = iter(LETTERS["white"].split())
for i, note in enumerate(WHITE):
    key(note, (133 + 78 * i, 252), (74, 380), "#fbf7ee", 0, next(letters, ""))
for i, note in enumerate(WHITE[:-1]):
    if note[0] in "CDFGA":
        letter = dict(zip(("C4", "D4", "F4", "G4", "A4", "C5", "D5"), "wetyuop", strict=True)).get(note, "")
        key(f"{note[0]}#{note[1]}", (172 + 78 * i, 252), (46, 240), "#1d1512", 1, letter)
