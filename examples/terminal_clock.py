"""A clock in a terminal: digits of blocks, coloured by escape sequences. Type to write below it."""

background("#10141c")
DIGITS = {
    "0": "###|# #|# #|# #|###",
    "1": "  #|  #|  #|  #|  #",
    "2": "###|  #|###|#  |###",
    "3": "###|  #|###|  #|###",
    "4": "# #|# #|###|  #|  #",
    "5": "###|#  |###|  #|###",
    "6": "###|#  |###|# #|###",
    "7": "###|  #|  #|  #|  #",
    "8": "###|# #|###|# #|###",
    "9": "###|# #|###|  #|###",
    ":": "   | # |   | # |   ",
}
with window("clock", name="clock", at=(640, 360), size=(560, 350)):
    screen = terminal("", size=(524, 280))
typed = ""


@every(1)
def show():
    lines = [""]
    for row_ in range(5):
        line_ = "  "
        for i, digit in enumerate(now("%H:%M:%S")):
            color = (39, 39, 0, 45, 45, 0, 213, 213)[i] if digit != ":" else 240
            blocks = DIGITS[digit].split("|")[row_].replace("#", "██").replace(" ", "  ")
            line_ += f"\x1b[38;5;{color}m{blocks}\x1b[0m  "
        lines.append(line_)
    second = int(now("%S"))
    bar_ = "".join(f"\x1b[38;5;{39 + 6 * (i // 10)}m━" if i <= second else "\x1b[38;5;237m━" for i in range(60))
    lines += ["", "  " + bar_ + "\x1b[0m", "", f"  \x1b[1m{now('%A')}\x1b[0m  {now('%d %B %Y')}", ""]
    lines += [f"  \x1b[32m$\x1b[0m {typed}"]
    screen.text = "\x1b[2J\x1b[H" + "\r\n".join(lines)


@screen.on_input
def write(event):
    global typed
    typed = "" if event.text == "\r" else typed[:-1] if event.text == "\x7f" else typed + event.text
    show()


show()
