"""Camera on A, blink on B: this is A, with the grants in a.grants. It tells B when what it sees gets bright."""

BRIGHT = 0.5  # of 1
told = None

background("#10151c")
eye = image(np.zeros((9, 16, 3)), name="eye", at=(640, 310), size=(960, 540), radius=24)
rect(at=(640, 625), size=(960, 12), radius=6, color="#26303c")
level = rect(name="level", at=(160, 625), anchor="left", size=12, radius=6, color="gold")
rect(at=(160 + 960 * BRIGHT, 625), size=(2, 28), color="#5a6b80")
word = text("waiting for a picture", name="word", at=(640, 670), size=24, color="#9fb3c8")


@device("front").on_data
def see(picture):
    eye.image = picture
    brightness = picture.mean() / 255
    level.size = (max(12, 960 * brightness), 12)
    tell(brightness > BRIGHT)


def tell(is_bright):
    """Switch B's blinking, when it has to be another."""
    global told
    if is_bright == told:
        return
    try:
        ns.write("/b/scene/nodes/blink/value", "on" if is_bright else "off")
        told = is_bright
        word.text = "bright: B blinks" if is_bright else "dark: B rests"
    except ValueError as trouble:
        word.text = str(trouble)
