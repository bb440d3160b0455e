"""YAML text to plain data, every value with its place."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
import yaml
from hypothesis import example
from hypothesis import strategies as st

import mlpgen
from mlpgen import source
from mlpgen.diagnostics import renderers
from mlpgen.diagnostics.diagnostic import SpecError

from .examples import drawn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.diagnostics.diagnostic import Diagnostic, Place

LOADERS = {"python": yaml.SafeLoader}
if yaml.__with_libyaml__:
    LOADERS["libyaml"] = yaml.CSafeLoader
SPEC = """\
# A comment.
name: MnistMLP
description: "An 784-\\u00e9, 'quoted'"
parameters: {hidden_1: 128, hidden_2: 64}
input: [1, 28, 28]
layers:
  - Flatten
  - Linear: "${hidden_1}"
  - Linear: {out_features: "${hidden_2}", bias: true}   # arguments
    name: logits
  - BatchNorm2d:
outputs: [logits]
training:
  optimizer: {SGD: {lr: 1e-1}}
  note: |
    of two
    lines
"""


@pytest.fixture(params=LOADERS)
def loader(request: pytest.FixtureRequest) -> Iterator[str]:
    with mock.patch.object(source, "_LOADER", LOADERS[request.param]):
        yield request.param


def data(text: str | bytes) -> Any:
    return parsed(text).data


def parsed(text: str | bytes) -> source.Document:
    return source.parse(text if isinstance(text, bytes) else text.encode(), "a.yaml")


def mistakes(text: str | bytes) -> list[Diagnostic]:
    with pytest.raises(SpecError) as caught:
        parsed(text)
    return caught.value.diagnostics


def found(text: str | bytes) -> list[str]:
    """Return each mistake as code, line, column and the text under its carets."""
    return [
        f"{each.code} {':'.join(map(str, each.place.span[:2]))} {under(each.place)}"
        for each in mistakes(text)
        if each.place
    ]


def under(place: Place) -> str:
    span = place.span
    end = span.end_column - 1 if span.end_line == span.line else None
    return place.text[span.column - 1 : end]


@pytest.mark.usefixtures("loader")
class TestScalars:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *[(text, None) for text in ("", "~", "null", "Null", "NULL")],
            *[(text, True) for text in ("true", "True", "TRUE")],
            *[(text, False) for text in ("false", "False", "FALSE")],
            *[(text, text) for text in ("no", "yes", "on", "off", "y", "nULL", "tRUE")],
            *[("0", 0), ("+7", 7), ("-7", -7), ("012", 12), ("0x1F", 31), ("0o17", 15)],
            *[(text, text) for text in ("-0x1", "0b1", "1_000", "0o8", "1:30", "+")],
            *[
                ("1e-3", 0.001),
                (".5", 0.5),
                ("1.", 1.0),
                ("-2.5E+1", -25.0),
                ("1e3", 1e3),
            ],
            *[(text, text) for text in (".", "1e", "e3", "1.2.3", "2020-01-31", "inf")],
            *[
                ("'1'", "1"),
                ('"true"', "true"),
                ('"a\\nb"', "a\nb"),
                ("'it''s'", "it's"),
            ],
            *[(str(2**63 - 1), 2**63 - 1), (str(-(2**63)), -(2**63))],
            *[
                ('"\\0"', "\0"),
                ("${a + 1}", "${a + 1}"),
                ("a  # b", "a"),
                ("a#b", "a#b"),
            ],
            [".inf", float("inf")],
            ["-.INF", float("-inf")],
        ],
    )
    def test_are_read_by_yaml_1_2(self, text: str, value: object) -> None:
        read = data(f"a: {text}\n")["a"]
        assert read == value
        assert type(read) is type(value)

    @pytest.mark.parametrize(
        "text",
        [".nan", "1e999", str(2**63), "9" * 5000, "0x" + "f" * 16],
    )
    def test_out_of_range(self, text: str) -> None:
        assert found(f"a: {text}") == [f"MG111 1:4 {text}"]

    def test_other_line_breaks_of_yaml_1_1_are_characters(self) -> None:
        text = 'a: "x\u2028y\u0085z\u2029"\nb: p\u2028q \ue000\nc: 2'
        expected = {"a": "x\u2028y\u0085z\u2029", "b": "p\u2028q \ue000", "c": 2}
        assert data(text) == expected
        assert parsed(text).place(("c",)).span == (3, 4, 3, 5)
        assert found("b: p\u2028q: 1") == ["MG101 1:7 :"]

    def test_every_private_character_may_be_used(self) -> None:
        private = "".join(map(chr, range(0xE000, 0xF900)))
        assert data(f'a: "{private}\u2028"') == {"a": f"{private}\u2028"}


@pytest.mark.usefixtures("loader")
class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            (("name",), "2:7 MnistMLP"),
            (("description",), "3:14 \"An 784-\\u00e9, 'quoted'\""),
            (("parameters",), "4:13 {hidden_1: 128, hidden_2: 64}"),
            (("parameters", "hidden_2"), "4:39 64"),
            (("input", 2), "5:16 28"),
            (("layers",), "7:3 - Flatten"),
            (("layers", 0), "7:5 Flatten"),
            (("layers", 1), '8:5 Linear: "${hidden_1}"'),
            (("layers", 2, "Linear"), '9:13 {out_features: "${hidden_2}", bias: true}'),
            (("layers", 2, "Linear", "bias"), "9:49 true"),
            (("layers", 3, "BatchNorm2d"), "11:5 BatchNorm2d"),
            (("training", "optimizer", "SGD", "lr"), "14:25 1e-1"),
            (("training", "note"), "15:9 |"),
            ((), "2:1 name: MnistMLP"),
            # A missing key has the place of its nearest parent.
            (("epochs",), "2:1 name: MnistMLP"),
            (("training", "epochs"), "13:1 training"),
            (("training", "optimizer", "SGD", "momentum"), "14:15 SGD"),
            (("layers", 1, "name"), '8:5 Linear: "${hidden_1}"'),
            (("name", "first"), "2:7 MnistMLP"),
            (("input", 3), "5:8 [1, 28, 28]"),
            (("layers", "name"), "7:3 - Flatten"),
        ],
    )
    def test_of_values(self, path: source.Path, expected: str) -> None:
        place = parsed(SPEC).place(path)
        assert f"{place.span.line}:{place.span.column} {under(place)}" == expected
        assert place.path == "a.yaml"

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            (("name",), "2:1 name"),
            (("layers", 2, "Linear", "bias"), "9:43 bias"),
            (("layers", 0), "7:5 Flatten"),
            (("training", "epochs"), "13:1 training"),
            ((), "2:1 name: MnistMLP"),
        ],
    )
    def test_of_keys(self, path: source.Path, expected: str) -> None:
        place = parsed(SPEC).key_place(path)
        assert f"{place.span.line}:{place.span.column} {under(place)}" == expected

    @pytest.mark.parametrize(
        ("text", "path", "span"),
        [
            ("a: 1\r\nb: [\r\n  2]\r\n", ("b", 0), (3, 3, 3, 4)),
            ("a: 1\r\nb: [\r\n  2]\r\n", ("b",), (2, 4, 2, 5)),
            ("a: 1\rb: 2", ("b",), (2, 4, 2, 5)),
            ("\ufeffa: 1", ("a",), (1, 4, 1, 5)),
            ("é: 😀😀\nb: [😀, x]", ("b", 1), (2, 8, 2, 9)),
            ("é: 😀😀\nb: [😀, x]", ("é",), (1, 4, 1, 6)),
            ("a: |\n  x\n  y  \n\n\nb: 1", ("a",), (1, 4, 3, 4)),
            ("a: >-\n  x", ("a",), (1, 4, 2, 4)),
            ("a: |\nb: 1", ("a",), (1, 4, 1, 5)),
            ("a: x\n  y\n\nb: 1", ("a",), (1, 4, 2, 4)),
            ('a: "x\n  y" # c', ("a",), (1, 4, 2, 5)),
            ("a:\n- \n- 1", ("a", 0), (2, 1, 2, 2)),
            ("a: {b, c: }", ("a", "b"), (1, 5, 1, 6)),
            ("a: {b, c: }", ("a", "c"), (1, 8, 1, 9)),
            ("a: {b: 1} # c", ("a",), (1, 4, 1, 10)),
            ("a:\n  b: 1 # c", ("a",), (2, 3, 2, 7)),
            ("a: [1,  # c\n 2]", ("a",), (1, 4, 1, 12)),
        ],
    )
    def test_spans(self, text: str, path: source.Path, span: tuple[int, ...]) -> None:
        assert parsed(text).place(path).span == span


@pytest.mark.usefixtures("loader")
class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a: 1\nb: 2\na: 3\na: 4", ["MG102 3:1 a", "MG102 4:1 a"]),
            ("a: {b: 1, 'b': 2}", ["MG102 1:11 'b'"]),
            ("a: !!str 1", ["MG103 1:4 !!str"]),
            ("a: ! 1", ["MG103 1:4 !"]),
            ("a: !<x,y> [1]", ["MG103 1:4 !<x,y>"]),
            ("a: !x {b: 1}", ["MG103 1:4 !x"]),
            ("%TAG ! tag:x,2000:\n---\na: 1", ["MG103 1:1 %TAG ! tag:x,2000:"]),
            ("a: !y!z 1", ["MG103 1:4 !"]),
            ("a: &x 1\nb: *x", ["MG104 1:4 &x", "MG104 2:4 *x"]),
            ("a: &x !t [1]", ["MG104 1:4 &x", "MG103 1:7 !t"]),
            ("a: *x", ["MG104 1:4 *x"]),
            ("*x : 1", ["MG104 1:1 *x"]),
            ("a: *", ["MG104 1:5 "]),
            ("a:\n  <<: {b: 1}", ["MG104 2:3 <<"]),
            ("a: 1\n---\nb: 1", ["MG105 2:1 ---"]),
            ("---\na: 1\n...\n---\nb: [", ["MG105 4:1 ---"]),
            ("a:\n\tb: 1", ["MG107 2:1 \t"]),
            ("a:\n  b: 1\n  \tc: 1", ["MG107 3:3 \t"]),
            ("-\ta: 1", ["MG107 1:2 \t"]),
            ("1: a\ntrue: b\n~: c", ["MG110 1:1 1", "MG110 2:1 true", "MG110 3:1 ~"]),
            ("? [a, b]\n: 1", ["MG110 1:3 [a, b]"]),
            (
                "? {a: 1}\n: 1\n? [[a], {b: c}]",
                ["MG110 1:3 {a: 1}", "MG110 3:3 [[a], {b: c}]"],
            ),
            ("1: a\n1: b", ["MG110 1:1 1", "MG110 2:1 1"]),
            (".inf: a", ["MG110 1:1 .inf"]),
            ("", ["MG109 1:1 "]),
            (" \n\n", ["MG109 1:1  "]),
            ("# only a comment", ["MG109 1:1 #"]),
            ("\n~", ["MG109 2:1 ~"]),
            ("\n- a\n- b", ["MG109 2:1 - a"]),
            ("hello", ["MG109 1:1 hello"]),
            ("7", ["MG109 1:1 7"]),
            # A mistake that libyaml stops at is reported alone.
            ("a: &x 1\nb: [1\nc: 2", ["MG101 3:2 :"]),
            ("a: b: c", ["MG101 1:5 :"]),
            ("a: {b: 1\n\n\n", ["MG101 1:9 "]),
            ('a: "x\nb: 1\n', ['MG101 1:4 "']),
            ("a: @x", ["MG101 1:4 @"]),
            ("a:\n  - b\n - c", ["MG101 3:2 -"]),
            ("a: 1\nbcd\n", ["MG101 2:4 "]),
            ("a: 1\n]", ["MG101 2:1 ]"]),
            ("%YAML 9.9\n---\na: 1", ["MG101 1:1 %"]),
            ("a: |x\n b", ["MG101 1:5 x"]),
        ],
    )
    def test_place(self, text: str, expected: list[str]) -> None:
        assert found(text) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (b"a: 1\nb: \xc3\xa9\xff x", "MG002 2:5 \ufffd"),
            (b"\xef\xbb\xbfa: \xff", "MG002 1:4 \ufffd"),
            ("a: 1".encode("utf-16"), "MG002 1:1 \ufffd"),
            (b"a: \xed\xa0\x80", "MG002 1:4 \ufffd"),
            (b"a: 1\r\nb: x\x00y", "MG108 2:5 \x00"),
            (b"a: \x1b[31m", "MG108 1:4 \x1b"),
            ("a: \ufffe".encode(), "MG108 1:4 \ufffe"),
        ],
    )
    def test_of_bytes(self, text: bytes, expected: str) -> None:
        assert found(text) == [expected]

    def test_escapes_that_are_no_character(self) -> None:
        for escape in ("\\ud800", "\\U11111111", "\\UFFFFFFFF", "\\xZZ", "\\q"):
            (mistake,) = mistakes(f'a: "{escape}"')
            assert mistake.code == "MG101"
            assert mistake.place
            assert mistake.place.span.line == 1

    def test_second_key_names_the_line_of_the_first(self) -> None:
        (mistake,) = mistakes("x: 1\na: 1\nb: 2\na: 3")
        assert [each.place.span.line for each in mistake.labels] == [2]

    def test_utf_16_is_named(self) -> None:
        assert (
            "UTF-16"
            in mistakes("a: 1".encode("utf-16-le").join([b"\xff\xfe", b""]))[0].help
        )

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("a: [1", "expected `,` or `]`"),
            ("a: {b: 1", "expected `,` or `}`"),
            ("a: @x", "cannot start a value"),
            ("a: [", "expected a value"),
            ("a: 'x", "quoted string is not closed"),
            ("a: 1\nb", "a `:` is missing"),
            ("a: [b]\n- c", "end of the mapping"),
            ("- a\nb: 1", "end of the list"),
            ("a: - b", "`-` cannot start"),
            ('a: "\\q"', "does not start a YAML escape"),
        ],
    )
    def test_syntax_in_plain_words(self, text: str, words: str) -> None:
        (mistake,) = mistakes(text)
        assert mistake.code == "MG101"
        assert words in mistake.message

    def test_depth(self) -> None:
        depth = source.DEEPEST - 1
        assert data("a: " + "[" * depth + "]" * depth)["a"] is not None
        assert found("a: " + "[" * 64 + "]" * 64) == ["MG106 1:67 ["]
        assert found("a: " + "{a: " * 64 + "}" * 64) == [f"MG106 1:{4 + 63 * 4} {{"]

    def test_stops_after_a_thousand(self) -> None:
        assert len(mistakes("a: [" + "*a," * 5000 + "]")) == source.MOST_MISTAKES

    def test_size(self) -> None:
        fill = b"a: 1\n#" + b"x" * (source.LARGEST_FILE - 6)
        assert data(fill) == {"a": 1}
        assert [each.code for each in mistakes(fill + b"x")] == ["MG003"]


class TestRead:
    def test_file(self, tmp_path: Path) -> None:
        file = tmp_path / "é b.yaml"
        file.write_text("a: 1\n", encoding="utf-8")
        document = source.read(str(file))
        assert document.data == {"a": 1}
        assert document.name == file.as_posix()
        assert document.lines == ["a: 1", ""]

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 1")))
        document = source.read("-")
        assert (document.name, document.data) == ("<stdin>", {"a": 1})

    def test_closed_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        with pytest.raises(SpecError, match=r"MG001.*`<stdin>` cannot be read"):
            source.read("-")

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(SpecError, match=r"MG001.*there is no file `.*/no\.yaml`"):
            source.read(str(tmp_path / "no.yaml"))

    @pytest.mark.skipif(os.name == "nt", reason="Windows says permission denied")
    def test_folder(self, tmp_path: Path) -> None:
        with pytest.raises(SpecError, match=r"MG001.*` is a folder"):
            source.read(str(tmp_path))

    def test_refused(self) -> None:
        error = PermissionError(13, "Permission denied")
        with (
            mock.patch("pathlib.Path.open", side_effect=error),
            pytest.raises(SpecError, match=r"MG001.*cannot be read: Permission denied"),
        ):
            source.read("a.yaml")

    @pytest.mark.parametrize("path", ["a\0b", "x" * 5000, ""])
    def test_impossible_path(self, path: str) -> None:
        with pytest.raises(SpecError, match="MG001"):
            source.read(path)

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
    def test_endless_file(self) -> None:
        with pytest.raises(SpecError, match="MG003"):
            source.read("/dev/zero")


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("unit", ["[", "{", "- ", "? ", "{a: ", "[a, ", "a:\n"])
@pytest.mark.thinned(3)
def test_hostile_nesting_ends_quickly(name: str, unit: str) -> None:
    """In a separate process: libyaml's composer would crash it."""
    code = f"""
import yaml
from mlpgen import SpecError, source
from mlpgen.diagnostics import renderers
source._LOADER = yaml.{LOADERS[name].__name__}
for size in (50_000, 1_000_000):
    text = ({unit!r} * size)[:size]
    if {unit!r} == "a:\\n":
        text = "".join(" " * depth + "a:\\n" for depth in range(size // 700))
    try:
        source.parse(text.encode(), "a.yaml")
    except SpecError as error:
        codes = [each.code for each in error.diagnostics]
        print(*codes, len(renderers.text(error.diagnostics)))
"""
    home = str(Path(mlpgen.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": home},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"((MG110 )?MG106 \d{2,4}\n){2}", done.stdout)


def test_ten_thousand_layers() -> None:
    layers = "".join(f"  - Linear: {{out_features: {at}}}\n" for at in range(10_000))
    document = parsed(f"layers:\n{layers}")
    assert len(document.data["layers"]) == 10_000
    place = document.place(("layers", 9_999, "Linear", "out_features"))
    assert (place.span.line, under(place)) == (10_001, "9999")


# Properties


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


texts = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"
    ),
    max_size=20,
).map(lambda text: f"x{text}")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.sampled_from(
        ["no", "on", "~", "null", "1", "", " ", "- a", "a: b", "#", "'", "\n"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
mappings = st.dictionaries(texts, values, min_size=1, max_size=5)


@drawn(
    mappings,
    st.sampled_from([True, False, None]),
    st.booleans(),
    st.sampled_from([20, 1000]),
    st.sampled_from(sorted(LOADERS)),
    few=40,
    all_=100,
)
def test_agrees_with_plain_yaml(
    mapping: dict[str, Any], flow: bool | None, unicode: bool, width: int, name: str
) -> None:
    text = yaml.dump(
        mapping,
        Dumper=_NoAliases,
        default_flow_style=flow,
        allow_unicode=unicode,
        width=width,
        sort_keys=False,
    )
    with mock.patch.object(source, "_LOADER", LOADERS[name]):
        document = parsed(text)
        assert document.data == mapping == yaml.safe_load(text)
        for path, value in _scalars(document.data):
            assert data(f"a: {_slice(document, document.place(path))}")["a"] == value
            if isinstance(path[-1], str):
                key = _slice(document, document.key_place(path))
                assert list(data(f"? {key}\n: 1")) == [path[-1]]


def _scalars(value: Any, path: source.Path = ()) -> Iterator[tuple[source.Path, Any]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _scalars(inner, (*path, key))
    else:
        yield path, value


def _slice(document: source.Document, place: Place) -> str:
    line, column, end_line, end_column = place.span
    lines = document.lines[line - 1 : end_line]
    lines[-1] = lines[-1][: end_column - 1]
    lines[0] = lines[0][column - 1 :]
    return "\n".join(lines)


def check_any(text: bytes, name: str) -> None:
    """A document, or a SpecError that can be rendered."""
    with mock.patch.object(source, "_LOADER", LOADERS[name]):
        try:
            document = parsed(text)
        except SpecError as error:
            assert error.diagnostics
            for each in error.diagnostics:
                assert re.fullmatch("MG(00[123]|10[1-9]|11[01])", each.code)
                assert each.place
                assert each.place.span[:2] < each.place.span[2:]
            shown = renderers.text(error.diagnostics)
            assert all(char.isprintable() or char == "\n" for char in shown)
            renderers.github(error.diagnostics).encode()
        else:
            assert isinstance(document.data, dict)
            for path, _ in _scalars(document.data):
                place = document.place(path)
                assert place.text == document.lines[place.span.line - 1]
                assert place.span[:2] < place.span[2:]


names = st.sampled_from(sorted(LOADERS))
_CHARACTERS = "\t\n\r :-?[]{},&*!|>'\"%@`#~<0.a\u2028\x85\ufeffé😀\x00\\"
_TOKENS = "<<: |...|---\n|- |? |: |  |\n  |\\u|\\U0011|!!|%YAML 1.1\n|1e9|0x"
pieces = st.sampled_from([*_CHARACTERS, *_TOKENS.split("|")])


@drawn(st.binary(max_size=200), names, few=50, all_=200)
@example(b"", "python")
@example(b"\xef\xbb\xbf\xef\xbb\xbfa: 1", "python")
def test_any_bytes(text: bytes, name: str) -> None:
    check_any(text, name)


@drawn(st.lists(pieces, max_size=30), names, few=100, all_=400)
@example(['"', "\\U0011", "0000", '"'], "python")
@example(["%YAML 1.", "9" * 5000, "\n---\na: 1"], "python")
def test_any_yaml_like_text(parts: list[str], name: str) -> None:
    check_any("".join(parts).encode(), name)


@drawn(
    st.lists(
        st.tuples(st.integers(0, len(SPEC)), st.integers(0, 8), pieces),
        min_size=1,
        max_size=4,
    ),
    names,
    few=100,
    all_=400,
)
def test_any_mutation(edits: list[tuple[int, int, str]], name: str) -> None:
    text = SPEC
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length :]
    check_any(text.encode(), name)


@pytest.mark.parametrize("base", ["", f"{'|' * 7} base\n  - Tanh\n"])
@pytest.mark.parametrize("left", ["<>", "<", ">"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_markers_of_a_merge(base: str, left: str, end: str) -> None:
    """The first is told, wherever it is, also where a person removed another."""
    ours = "<" * 7 + " HEAD\n" if "<" in left else ""
    theirs = ">" * 7 + " branch: a message\n" if ">" in left else ""
    conflict = f"{ours}  - ReLU\n{base}{'=' * 7}\n  - GELU\n{theirs}"
    text = f"name: Net\ninput: [4]\nlayers:\n  - Linear: 3\n{conflict}  - Linear: 2\n"
    with pytest.raises(SpecError) as error:
        source.parse(text.replace("\n", end).encode(), "net.yaml")
    (found,) = error.value.diagnostics
    assert found.code == "MG101"
    assert found.message == "git's conflict markers: a merge has not been decided"
    assert found.place is not None
    first = next(
        at for at, line in enumerate(text.split("\n"), 1) if line[:1] in "<=|>" and line
    )
    assert found.place.span.line == first
