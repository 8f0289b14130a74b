"""Camera on A, blink on B: this is B, with the grants in b.grants. While `blink` is on, its lamp does so."""

pin = device("lamp")
is_lit = False

background("#10151c")
with group(name="glow", at=(640, 280), opacity=0) as glow:
    for size in (620, 520, 430, 350, 290):
        circle(at=(0, 0), size=size, color="gold", opacity=0.05)
lamp = circle(name="lamp", at=(640, 280), size=240, color="#2a3138", border=8, border_color="#4a5560")
text("pin 17", at=(640, 570), size=22, color="#9fb3c8")
with window("Lamp", at=(640, 640)):
    blink = checkbox("Blink", name="blink")


@every(0.25)
def flash():
    light(blink.value and not is_lit)


def light(is_on):
    """Switch the pin, and show it."""
    global is_lit
    if is_on != is_lit:
        is_lit = is_on
        pin.write(int(is_on))
        lamp.color = "gold" if is_on else "#2a3138"
        glow.opacity = float(is_on)
