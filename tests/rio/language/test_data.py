"""Data from text and files, and what tables and bars make of it."""

from pathlib import Path

import pytest
from tests.rio.language.stages import Stage

from rio.language import data
from rio.scene.values import Refused

LOADS = "machine, load, since\ntruck, 0.5, 2026-01-02\ncrane, 7, \n"


def test_csv_gives_a_dict_for_each_row(stage: Stage) -> None:
    """Numbers are numbers, an empty cell is None."""
    stage.names["loads"] = LOADS
    assert stage.run("csv(loads)") == [
        {"machine": "truck", "load": 0.5, "since": "2026-01-02"},
        {"machine": "crane", "load": 7, "since": None},
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_cells_stand_between_any_usual_mark(mark: str) -> None:
    """Quotes hold what would be one, and newlines."""
    text = f'a{mark}b\r\n1{mark}"x{mark} ""y""\nz"\r\n\r\n2{mark}\r\n'
    assert data.rows_of(text) == [{"a": 1, "b": f'x{mark} "y"\nz'}, {"a": 2, "b": None}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("0", 0), ("-3", -3), ("1.50", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("007", "007"), ("nan", "nan"),
     ("1_000", "1_000"), ("9" * 30, "9" * 30), ("٣", "٣"), ("1e999", "1e999"), ("-", "-"), (".", ".")],
)  # fmt: skip
def test_what_looks_like_a_number_is_one(cell: str, value: object) -> None:
    """But no code with leading noughts, and nothing that is no finite number."""
    (row,) = data.rows_of(f"a,b\n{cell},x\n")
    assert row["a"] == value
    assert type(row["a"]) is type(value)


def test_heads_are_names_each_different() -> None:
    """Whatever the file says; a short row has no more."""
    assert data.rows_of("\ufeffa,,a\n1\n") == [{"a": 1, "column 2": None, "a 3": None}]
    assert data.rows_of("a,b\n") == []


def test_csv_reads_files_and_bytes(stage: Stage, tmp_path: Path) -> None:
    """By path, in the encodings that spreadsheets write; an address goes to whoever may fetch it."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        (tmp_path / "a.csv").write_bytes("Größe;Ort\n3;Köln\n".encode(encoding))
        stage.names["path"] = str(tmp_path / "a.csv")
        assert stage.run("csv(path)") == [{"Größe": 3, "Ort": "Köln"}]
    assert stage.run("csv(b'a,b\\n1,2')") == [{"a": 1, "b": 2}]
    stage.nouns.assets.fetch = lambda url: f"url\n{url}".encode()
    assert stage.run("csv('https://example.org/a.csv')") == [{"url": "https://example.org/a.csv"}]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("csv('missing.csv')", "No such file"),
        ("csv(3)", "neither a file nor an address"),
        ("csv('a,b\\n1,2,3')", "line 2: 3 cells under 2 heads"),
        ("csv('a,b\\n\"1')", "line 2: unexpected end of data"),
        ("csv('a\\n' + 'x' * 200_000)", "field larger than"),
    ],
)
def test_what_has_no_sense_is_refused_in_words(stage: Stage, program: str, says: str) -> None:
    """With its line."""
    with pytest.raises(Refused, match=says):
        stage.run(program)


def test_a_table_takes_dicts(stage: Stage) -> None:
    """The heads are their keys, or those that are said; rows may be given anew in the same way."""
    stage.names["loads"] = data.rows_of(LOADS)
    stage.run("t = table(loads)\nu = table(['load', 'machine'], loads)")
    assert stage.run("(t.columns, t.rows[1])") == (("machine", "load", "since"), ("crane", "7", ""))
    assert stage.run("(u.columns, u.rows[0])") == (("load", "machine"), ("0.5", "truck"))
    stage.run("u.rows = [{'machine': 'ship', 'other': 1}]")
    assert stage.run("u.rows") == (("", "ship"),)
    stage.run("t.rows = [(1, 2, 3)]")
    assert stage.run("t.rows") == (("1", "2", "3"),)


def test_bars_take_a_dict(stage: Stage) -> None:
    """Its keys stand under the bars."""
    stage.run("b = bar({'a': 3, 'b': 5})")
    assert stage.run("b.labels, [tuple(p) for p in b.points.tolist()]") == (("a", "b"), [(0, 3), (1, 5)])


def test_a_series_takes_two_rows(stage: Stage) -> None:
    """As x and y, or as labels and numbers; also arrays, and a dict."""
    stage.run("a = plot([1, 2, 4], [3, 5, 4]); b = scatter(np.arange(3), np.ones(3)); c = plot(('Mo', 'Tu'), [3, 5])")
    assert stage.run("[tuple(p) for p in a.points.tolist()]") == [(1, 3), (2, 5), (4, 4)]
    assert stage.run("[tuple(p) for p in b.points.tolist()]") == [(0, 1), (1, 1), (2, 1)]
    assert stage.run("c.labels, c.points.tolist(), c.text") == (("Mo", "Tu"), [[0, 3], [1, 5]], "")
    assert stage.run("plot({'Mo': 3}).labels, plot('a name', [1, 2]).text") == (("Mo",), "a name")
    with pytest.raises(Refused, match="two rows of the same length are needed"):
        stage.run("plot([1, 2], [3])")
    with pytest.raises(Refused, match="two rows of the same length are needed"):
        stage.run("plot([1, 2], 3)")


def test_a_number_alone_is_how_far_something_is(stage: Stage) -> None:
    """A progress says nothing by a number; it shows it."""
    assert stage.run("p = progress(0.5); p.value, p.text") == (0.5, "")
    assert stage.run("p = progress('Loading', value=0.2); p.value, p.text") == (0.2, "Loading")
