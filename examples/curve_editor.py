"""An editor whose program draws beside it: change a number, rest a moment, and look."""

background("#1a1625")
SOURCE = """# t goes from 0 to 1
turns = 7
for i in range(3):
    a = turns * t * tau
    r = 250 - 60 * i
    r = r * (0.7 + 0.3 * cos(2.5 * a + i))
    draw(r * cos(a), r * sin(a),
         color=PALETTE[i], size=4 - i)
"""
PALETTE = ["#ff6b8b", "#ffd166", "#4cc9f0"]
t = np.linspace(0, 1, 1500)

with window("Curve", name="editor", at=(330, 350)):
    program = code(SOURCE, language="python", lines=11, size=(540, 0))
    with row():
        again = button("As it was", color="#6a4c93", size=(150, 0))
        said = text("", color="#ff8fa3")
rect(at=(955, 360), size=(560, 600), radius=24, color="#231d33", layer=-1)
for step in range(-5, 6):
    line((955 + 50 * step, 75), (955 + 50 * step, 645), color="#2e2742", size=1, layer=-1)
    line((690, 360 + 50 * step), (1220, 360 + 50 * step), color="#2e2742", size=1, layer=-1)


def draw(x, y, color="white", size=3):
    """One curve of the preview."""
    line(np.column_stack((x, y)), at=(955, 360), color=color, size=size, tags="curve")


def preview():
    """Run what stands in the editor; what is wrong with it stands below."""
    for curve in nodes(tag="curve"):
        curve.remove()
    words = {"t": t, "tau": tau, "pi": pi, "sin": np.sin, "cos": np.cos, "sqrt": np.sqrt, "exp": np.exp}
    try:
        exec(program.value, {**words, "np": np, "draw": draw, "PALETTE": PALETTE})
        said.text = f"{len(nodes(tag='curve'))} curves"
    except Exception as error:
        said.text = f"{type(error).__name__}: {error}"


@again.on_click
def start_over():
    program.value = SOURCE
    preview()


program.on_change(preview)
preview()
