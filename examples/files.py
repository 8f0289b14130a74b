"""A file tree beside an editor: what is chosen is opened, what is changed is written to its file."""

from pathlib import Path

background("#20262e")
ROOT = Path("garden")
FILES = {
    "README.md": "# Garden\n\nWhat grows where, and what it needs.\n",
    "beds/north.json": '{\n    "plants": ["fern", "hosta", "moss"],\n    "sun": "little",\n    "water": 3\n}\n',
    "beds/south.json": '{\n    "plants": ["tomato", "basil", "chili"],\n    "sun": "much",\n    "water": 7\n}\n',
    "plan/water.py": 'def litres(beds, days):\n    """What all beds drink."""\n    total = 0\n'
    '    for bed in beds:\n        total += bed["water"] * days\n    return total\n',
    "plan/calendar.md": "- [x] sow the tomatoes\n- [ ] plant them out\n- [ ] harvest\n",
}
for name, contents in FILES.items():
    (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / name).write_text(contents)
LANGUAGES = {".py": "python", ".json": "json", ".md": "markdown"}


def below(folder):
    """What is in a folder, as a tree takes it: folders as dictionaries, files as None."""
    return {entry.name: below(entry) if entry.is_dir() else None for entry in sorted(folder.iterdir())}


with window("Files", name="files", at=(230, 360), size=(340, 470)):
    shelf = tree({ROOT.name: below(ROOT)}, value="garden/plan/water.py", size=(300, 0))
with window("Editor", name="editor", at=(840, 360), size=(820, 470)):
    heading = text("", size=20, font="bold")
    page = code("", lines=14, size=(780, 0))
    state = text("", size=16, color="#8fa1b3")


def open_(path):
    heading.text, page.value = path, Path(path).read_text()
    page.language = LANGUAGES.get(Path(path).suffix, "plain")
    state.text = f"{len(page.value.splitlines())} lines"


@shelf.on_click
def choose(event):
    if Path(event.path).is_file():
        open_(event.path)


@page.on_change
def save(event):
    Path(heading.text).write_text(event.value)
    state.text = f"saved at {now()}"


open_("garden/plan/water.py")
