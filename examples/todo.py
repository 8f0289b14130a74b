"""A to-do list: type and press Enter to add, tick off what is done, clear it away."""

background("#2b2440")
circle(at=(170, 130), size=520, color="#4a3b78", opacity=0.5)
circle(at=(1130, 640), size=620, color="#7b4b94", opacity=0.35)

with window("Today", name="today", at=(640, 350)):
    new = entry("New task", hint="what is to be done?", size=(460, 0))
    done = progress("done", value=0, size=(460, 0))
    tidy = button("Clear what is done", name="tidy", color="#7b4b94", size=(460, 0))


def add(words, is_done=False):
    """One more line, at the end of the list."""
    with find("today"):
        task = checkbox(words, value=is_done, tags="task")
        task.on_change(count)


def count():
    boxes = nodes(tag="task")
    ticked = sum(box.value for box in boxes)
    done.value = ticked / max(1, len(boxes))
    done.text = f"{ticked} of {len(boxes)} done"


@new.on_change
def typed(event):
    if event.value.strip():
        add(event.value)
        new.value = ""
        count()


@tidy.on_click
def clear_away():
    for box in nodes(tag="task"):
        if box.value:
            box.remove()
    count()


for words in ("Water the tomatoes", "Answer Grace", "Fix the squeaking door", "Read two chapters", "Walk by the sea"):
    add(words, words in ("Answer Grace", "Walk by the sea"))
count()
