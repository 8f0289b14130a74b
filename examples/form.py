"""A form: what is typed and chosen is looked at when the button is clicked."""

background("#f4efe6", theme="light")
rect(size=(1280, 220), at=(640, 110), color="#e07a5f")
text("Harbour Sailing Club", at=(640, 84), size=46, font="bold", color="white")
text("join us for the summer", at=(640, 134), size=22, font="italic", color="#fff3e6")

with window("Become a member", name="form", at=(640, 450)):
    person = entry("Name", value="Ada Lovelace", hint="as on your passport", size=(420, 0))
    mail = entry("E-mail", hint="you@example.org", size=(420, 0))
    boat = choice("Boat", options=["Dinghy", "Keelboat", "Catamaran", "None yet"], value="Dinghy", size=(420, 0))
    years = slider("Years of sailing", low=0, high=40, step=1, value=3, size=(420, 0))
    rules = checkbox("I can swim, and I have read the rules", value=True)
    with row():
        send = button("Join", color="#2a9d8f", size=(200, 0))
        wipe = button("Start over", color="slategray", size=(200, 0))
    answer = text("", size=18)


def say(words):
    answer.text = words


@send.on_click
def join():
    if "@" not in mail.value:
        say("Please give an e-mail address.")
    elif not rules.value:
        say("Please read the rules first.")
    else:
        say(f"Welcome aboard, {person.value.split()[0]}! Your {boat.value.lower()} is waiting.")


@wipe.on_click
def start_over():
    person.value = mail.value = ""
    years.value, rules.value = 0, False
    say("")
