"""Mistakes as text, JSON and GitHub annotations."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpgen.diagnostics import renderers
from mlpgen.diagnostics.diagnostic import (
    MAXIMUM,
    Diagnostic,
    Edit,
    Fix,
    Label,
    Place,
    Span,
)

LINE = "  - Linear: {in_features: 100, out_features: 10}"
MISTAKE = Diagnostic(
    "MG301",
    "`in_features` is 100, but 128 features arrive",
    Place("specs/mnist_mlp.yaml", Span(12, 27, 12, 30), LINE),
    ("the input of linear_2 is [N, 128], the output of relu_1 (line 11)",),
    "leave `in_features` out: it follows from the input",
)
SHOWN = """\
specs/mnist_mlp.yaml:12:27: error[MG301]: `in_features` is 100, but 128 features arrive
   |
12 |   - Linear: {in_features: 100, out_features: 10}
   |                           ^^^
   = note: the input of linear_2 is [N, 128], the output of relu_1 (line 11)
   = help: leave `in_features` out: it follows from the input"""
FIX = Fix(
    "remove `in_features: 100`",
    "specs/mnist_mlp.yaml",
    (Edit(Span(12, 14, 12, 32), ""),),
)


def label(message: str, row: int, column: int, text: str, path: str = "") -> Label:
    span = Span(row, column, row, column + 2)
    return Label(Place(path or "specs/mnist_mlp.yaml", span, text), message)


HOSTILE = "\x1b[31m\x07\r\n\u202e\u2066\u200b\u2028\x9b\ue000\ud800"


def at(text: str, column: int, length: int = 1, line: int = 1) -> Diagnostic:
    span = Span(line, column, line, column + length)
    return Diagnostic("MG101", "wrong", Place("a.yaml", span, text))


def excerpt(diagnostic: Diagnostic) -> tuple[str, str]:
    """Return the line and its carets as shown, without the gutter."""
    _, _, line, carets = renderers.text([diagnostic]).split("\n")[:4]
    return line.partition("|")[2].removeprefix(" "), carets.partition("|")[2][1:]


def under(diagnostic: Diagnostic) -> str:
    """Return the characters in the terminal columns above the carets."""
    line, carets = excerpt(diagnostic)
    cells: list[str] = []
    for char in line:
        if columns(char):
            cells += [char, *[""] * (columns(char) - 1)]
        else:
            cells[-1] += char
    return "".join(
        cell for cell, caret in zip(cells, carets, strict=False) if caret == "^"
    )


def columns(text: str) -> int:
    """Count terminal columns, apart from how the module under test does."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return wide + sum(unicodedata.category(char)[0] != "M" for char in text)


class TestText:
    def test_whole(self) -> None:
        assert renderers.text([MISTAKE], color=False) == SHOWN

    def test_nothing(self) -> None:
        assert renderers.text([]) == ""

    def test_blank_line_between(self) -> None:
        assert renderers.text([MISTAKE, MISTAKE]) == f"{SHOWN}\n\n{SHOWN}"

    def test_without_a_place(self) -> None:
        mistake = Diagnostic("MG001", "there is no file", None, ("a note",), "a help")
        assert renderers.text([mistake]) == (
            "error[MG001]: there is no file\n = note: a note\n = help: a help"
        )

    def test_warning(self) -> None:
        assert ": warning[MG301]: " in renderers.text([MISTAKE._replace(warning=True)])

    def test_empty_line(self) -> None:
        assert (
            renderers.text([at("", 1)])
            == "a.yaml:1:1: error[MG101]: wrong\n  |\n1 |\n  | ^"
        )

    def test_at_most_twenty(self) -> None:
        many = [at("abc", 1, line=line) for line in range(1, MAXIMUM + 4)]
        shown = renderers.text(many).split("\n\n")
        assert len(shown) == MAXIMUM + 1
        assert shown[-1] == "… and 3 more"
        assert "more" not in renderers.text(many[:MAXIMUM])

    def test_colors(self) -> None:
        shown = renderers.text([MISTAKE], color=True)
        assert "\x1b[1;31merror[MG301]\x1b[0m" in shown
        assert "\x1b[1;31m^^^\x1b[0m" in shown
        assert "\x1b[34m12\x1b[0m \x1b[34m|\x1b[0m" in shown
        assert "\x1b[1;33m" in renderers.text(
            [MISTAKE._replace(warning=True)], color=True
        )
        assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == SHOWN

    def test_several_lines(self) -> None:
        place = Place("a.yaml", Span(1, 4, 3, 2), "a: [1,  ")
        assert excerpt(Diagnostic("MG101", "wrong", place)) == ("a: [1,", "   ^^^")


class TestSecondPlaces:
    def test_both_lines_in_their_order(self) -> None:
        labels = (
            label("as wide as this", 9, 3, "  ab"),
            label("and here", 13, 5, "    cd"),
        )
        shown = renderers.text([MISTAKE._replace(labels=labels, notes=(), help="")])
        assert shown.split("\n")[1:] == [
            "   |",
            " 9 |   ab",
            "   |   -- as wide as this",
            "...",
            "12 |   - Linear: {in_features: 100, out_features: 10}",
            "   |                           ^^^",
            "13 |     cd",
            "   |     -- and here",
        ]

    def test_one_line_is_shown_once(self) -> None:
        there = label("it follows from this", 12, 5, LINE)
        shown = renderers.text([MISTAKE._replace(labels=(there,), notes=(), help="")])
        assert shown.split("\n")[2:] == [
            "12 |   - Linear: {in_features: 100, out_features: 10}",
            "   |     -- it follows from this",
            "   |                           ^^^",
        ]

    def test_another_file_has_its_path(self) -> None:
        there = label("the block", 3, 1, "ab", "other.yaml")
        shown = renderers.text([MISTAKE._replace(labels=(there,), notes=())])
        assert shown.split("\n")[4:] == [
            "  --> other.yaml:3:1",
            "   |",
            " 3 | ab",
            "   | -- the block",
            "   = help: leave `in_features` out: it follows from the input",
        ]

    def test_without_a_place_of_its_own(self) -> None:
        there = label("here", 3, 1, "ab", "other.yaml")
        shown = renderers.text([Diagnostic("MG001", "no", labels=(there,))])
        assert shown.split("\n") == [
            "error[MG001]: no",
            " --> other.yaml:3:1",
            "  |",
            "3 | ab",
            "  | -- here",
        ]

    def test_hostile_words(self) -> None:
        there = label(HOSTILE, 3, 1, HOSTILE, HOSTILE)
        shown = renderers.text([MISTAKE._replace(labels=(there,))])
        assert shown.replace("\n", "").isprintable()


class TestFixes:
    def test_the_headline_has_a_mark(self) -> None:
        shown = renderers.text([MISTAKE._replace(fix=FIX)])
        assert shown == SHOWN.replace("[MG301]", "[MG301] [*]")

    def test_how_many_can_be_fixed(self) -> None:
        fixed = MISTAKE._replace(fix=FIX)
        said = renderers.fixable([MISTAKE, fixed, fixed])
        assert said == "[*] 2 can be fixed with `mlpgen validate --fix`"
        assert renderers.fixable([MISTAKE]) == ""

    def test_json(self) -> None:
        there = label("here", 3, 1, "ab", "other.yaml")
        mistake = MISTAKE._replace(fix=FIX, labels=(there,))
        (row,) = json.loads(renderers.json([mistake]))
        where = {"line": 12, "column": 14, "end_line": 12, "end_column": 32}
        assert row["fix"] == {
            "title": "remove `in_features: 100`",
            "path": "specs/mnist_mlp.yaml",
            "edits": [{**where, "text": ""}],
        }
        where = {"line": 3, "column": 1, "end_line": 3, "end_column": 3}
        assert row["labels"] == [{"path": "other.yaml", **where, "message": "here"}]

    def test_github(self) -> None:
        there = label("here", 3, 1, "ab", "other.yaml")
        mistake = MISTAKE._replace(fix=FIX, labels=(there,), notes=(), help="")
        assert renderers.github([mistake]).endswith(
            "::`in_features` is 100, but 128 features arrive%0Aother.yaml:3:1: here%0A"
            "`mlpgen validate --fix` can remove `in_features: 100`"
        )

    def test_github_has_notices_for_hints(self) -> None:
        hint = MISTAKE._replace(warning=True, hint=True)
        assert renderers.github([hint]).startswith("::notice file=")


class TestCaret:
    @pytest.mark.parametrize(
        ("text", "column", "length", "expected"),
        [
            ("a: xyz", 4, 3, "xyz"),
            ("\ta:\txyz", 5, 3, "xyz"),
            ("层: 网络 xyz", 4, 2, "网络"),
            ("层: 网络 xyz", 7, 3, "xyz"),
            ("😀: {🎉: xyz}", 8, 3, "xyz"),
            ("e\u0301e\u0301: xyz", 7, 3, "xyz"),
            ("a\ufe0f\u20e3: xyz", 6, 3, "xyz"),
            ("\u202e\x1b: xyz", 5, 3, "xyz"),
            ("a: \x00", 4, 1, "\\x00"),
            ("ｆｕｌｌ: xyz", 7, 3, "xyz"),
            ("가: xyz", 4, 3, "xyz"),
        ],
    )
    def test_is_under_the_value(
        self, text: str, column: int, length: int, expected: str
    ) -> None:
        assert under(at(text, column, length)) == expected

    def test_behind_the_text(self) -> None:
        assert excerpt(at("a: [1", 6)) == ("a: [1", "     ^")

    def test_of_no_width(self) -> None:
        assert excerpt(at("abc", 2, 0)) == ("abc", " ^")

    @pytest.mark.parametrize("filler", ["x", "网", "😀", "\x1b", "e\u0301", "\t"])
    @pytest.mark.parametrize(("before", "after"), [(0, 900), (900, 900), (900, 0)])
    def test_long_lines_are_cut_around_it(
        self, filler: str, before: int, after: int
    ) -> None:
        text = filler * before + "VALUE" + filler * after
        mistake = at(text, len(filler) * before + 1, 5)
        line, _ = excerpt(mistake)
        assert under(mistake) == "VALUE"
        assert columns(line) <= renderers.WIDEST + 2
        assert columns(line) > renderers.WIDEST - 10
        assert line.startswith("…") == (before > 0)
        assert line.endswith("…") == (after > 0)

    def test_lines_that_fit_are_whole(self) -> None:
        text = "x" * 47 + "VALUE" + "y" * 48
        assert excerpt(at(text, 48, 5))[0] == text
        assert excerpt(at(f"{text}y", 48, 5))[0] == f"{text}…"

    def test_long_values_are_cut(self) -> None:
        line, carets = excerpt(at("a" * 500 + "b" * 500 + "c" * 500, 501, 500))
        assert re.fullmatch("…a+b{50,}…", line)
        assert carets.strip() == "^" * line.count("b")

    def test_megabyte_in_a_line(self) -> None:
        line, _ = excerpt(at("x\u0301" * 500_000, 500_000, 300_000))
        assert len(line) < 500

    @given(
        st.text(st.characters(exclude_characters="^"), max_size=150),
        st.text(st.sampled_from("ab网😀"), min_size=1, max_size=20),
        st.text(st.characters(exclude_characters="^"), max_size=150),
    )
    def test_any_line(self, before: str, value: str, after: str) -> None:
        line, carets = excerpt(
            at(f"{before}{value}{after}.", len(before) + 1, len(value))
        )
        assert len(carets.strip()) == columns(value)
        assert value in line
        assert line.isprintable()


class TestHostileText:
    @pytest.mark.parametrize("field", ["message", "notes", "help", "path", "text"])
    def test_is_shown_escaped(self, field: str) -> None:
        place = Place("a.yaml", Span(1, 1, 1, 2), "abc")
        if field in ("path", "text"):
            mistake = MISTAKE._replace(place=place._replace(**{field: HOSTILE}))
        else:
            value = (HOSTILE,) if field == "notes" else HOSTILE
            mistake = MISTAKE._replace(place=place, **{field: value})
        shown = renderers.text([mistake])
        assert all(line.isprintable() for line in shown.split("\n"))
        assert len(shown.split("\n")) == 6
        assert "\\x1b" in shown
        assert "\\u202e" in shown or field == "text"
        annotation = renderers.github([mistake])
        assert annotation.isprintable()
        assert json.loads(renderers.json([mistake]))
        assert renderers.json([mistake]).isascii()


class TestJson:
    def test_whole(self) -> None:
        assert json.loads(renderers.json([MISTAKE])) == [
            {
                "code": "MG301",
                "severity": "error",
                "message": "`in_features` is 100, but 128 features arrive",
                "path": "specs/mnist_mlp.yaml",
                "line": 12,
                "column": 27,
                "end_line": 12,
                "end_column": 30,
                "labels": [],
                "fix": None,
                "notes": list(MISTAKE.notes),
                "help": MISTAKE.help,
            }
        ]

    def test_without_a_place(self) -> None:
        (row,) = json.loads(renderers.json([Diagnostic("MG001", "no", warning=True)]))
        assert row["severity"] == "warning"
        assert [row["path"], row["line"], row["end_column"]] == [None, None, None]

    def test_nothing(self) -> None:
        assert json.loads(renderers.json([])) == []

    def test_all(self) -> None:
        assert len(json.loads(renderers.json([MISTAKE] * 30))) == 30


class TestGithub:
    def test_whole(self) -> None:
        assert renderers.github([MISTAKE]) == (
            "::error file=specs/mnist_mlp.yaml,line=12,col=27,endLine=12,endColumn=30,"
            "title=MG301::`in_features` is 100, but 128 features arrive"
            "%0Anote: the input of linear_2 is [N, 128], the output of relu_1 (line 11)"
            "%0Ahelp: leave `in_features` out: it follows from the input"
        )

    def test_escapes(self) -> None:
        place = Place("C:\\a,b%\r\n::error::.yaml", Span(1, 1, 1, 2), "")
        mistake = Diagnostic("MG101", "100%, a:b\r\n::error::x", place, warning=True)
        assert renderers.github([mistake]) == (
            "::warning file=C%3A\\a%2Cb%25%0D%0A%3A%3Aerror%3A%3A.yaml,"
            "line=1,col=1,endLine=1,endColumn=2,title=MG101"
            "::100%25, a:b%0D%0A::error::x"
        )

    def test_without_a_place(self) -> None:
        assert (
            renderers.github([Diagnostic("MG001", "no")]) == "::error title=MG001::no"
        )

    def test_at_most_twenty(self) -> None:
        lines = renderers.github([MISTAKE] * 25).split("\n")
        assert len(lines) == MAXIMUM + 1
        assert lines[-1] == "::notice::… and 5 more"
