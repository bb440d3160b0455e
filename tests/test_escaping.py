"""Text and names of files are escaped before they reach a terminal or a log."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen import SpecError, api
from mlpgen.cli import run
from mlpgen.cli.commands import COMMANDS
from mlpgen.diagnostics import escape
from mlpgen.diagnostics.diagnostic import Diagnostic
from mlpgen.proof.prove import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.proof.certificate import Certificate
    from mlpgen.proof.job import Job

ROOT = Path(__file__).parent.parent
RAW = "\x1b[31m \r \n::error::no\n ::stop-commands::x \x07 \x85 \x9b31m \x7f \u202e"
RAW += (
    " \u2066 \u2028 \u2029 \u200b \t##[error]no ##vso[task] [red]ink[/red] [/] :smile:"
)
NAME = os.fsdecode(b"::error::\xff") + RAW.replace("/", "")
SPEC = "name: Odd\ninput: [4]\ndescription: %s\nlayers: [{Linear: 3}, Tanh]\n"
WRONG = {
    "key": "%s: 1\nname: Odd\ninput: [4]\nlayers: [ReLU]\n",
    "name": "name: %s\ninput: [4]\nlayers: [ReLU]\n",
    "type": "name: Odd\ninput: [4]\nlayers: [%s]\n",
    "argument": "name: Odd\ninput: [4]\nlayers: [{Linear: {%s: 3}}]\n",
    "value": "name: Odd\ninput: [4]\nlayers: [{Linear: %s}]\n",
    "expression": 'name: Odd\ninput: [4]\nlayers: [{Linear: "${%s}"}]\n',
    "layer": "name: Odd\ninput: [4]\nlayers: [{Linear: 3, name: %s}]\n",
    "from": "name: Odd\ninput: [4]\nlayers: [{Linear: 3, from: %s}]\n",
    "parameter": "name: Odd\nparameters: {%s: 3}\ninput: [4]\nlayers: [ReLU]\n",
    "block": "name: Odd\ninput: [4]\nblocks: {%s: {layers: [ReLU]}}\nlayers: [ReLU]\n",
    "include": "name: Odd\ninput: [4]\ninclude: [%s]\nlayers: [ReLU]\n",
    "custom": "name: Odd\ninput: [4]\nlayers: [{custom: {path: %s, class: %s}}]\n",
    "outputs": "name: Odd\ninput: [4]\nlayers: [ReLU]\noutputs: [%s]\n",
    "style": "name: Odd\ninput: [4]\nlayers: [ReLU]\nstyle: %s\n",
    "training": "name: Odd\ninput: [4]\nlayers: [ReLU]\ntraining: {data: %s, %s: 3}\n",
    "yaml": "name: [%s\n",
}


def yaml(text: str) -> str:
    """Write a text as YAML, in which everything is escaped."""
    return json.dumps(text).replace("\x7f", "\\x7f")


def spec(text: str) -> str:
    return text.replace("%s", yaml(RAW))


class Printed:
    """Printed output, which must be escaped."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.out, self.err = capsys.readouterr()
        for line in (self.out + self.err).split("\n"):
            assert line.isprintable(), ascii(line)
            assert not re.search(r"##\w*\[", line), line
            if line.lstrip().startswith("::"):
                assert re.fullmatch(r"::(error|warning) [^:\n]*::.*", line), line
                assert "::" not in line.split("::", 2)[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a hostile name and a valid spec."""
    made = tmp_path / NAME
    made.mkdir()
    monkeypatch.chdir(made)
    Path("odd.yaml").write_text(spec(SPEC), "utf-8")
    Path(NAME).write_text(spec(SPEC), "utf-8")
    return made


@pytest.mark.parametrize("format", ["text", "json", "github"])
@pytest.mark.parametrize("place", WRONG)
def test_mistakes(
    folder: Path, capsys: pytest.CaptureFixture[str], place: str, format: str
) -> None:
    Path(NAME).write_text(spec(WRONG[place]), "utf-8")
    for command in ("validate", "render", "check", "show", "prove"):
        assert run([command, NAME, "--format", format]) == 2
        printed = Printed(capsys)
        text = printed.out + printed.err
        assert "error" in text
        if format == "json":
            assert any((each["path"] or NAME) == NAME for each in json.loads(text))
        if format == "github":
            assert all(line.startswith("::") for line in text.splitlines())


@pytest.mark.parametrize("color", ["--color", "--no-color"])
def test_mistakes_in_colour(
    folder: Path, capsys: pytest.CaptureFixture[str], color: str
) -> None:
    """The only escape sequences are colours."""
    for place in WRONG.values():
        Path(NAME).write_text(spec(place), "utf-8")
        assert run([color, "validate", NAME]) == 2
        text = "".join(capsys.readouterr())
        plain = re.sub(r"\x1b\[(0|1;31|1;33|34)m", "", text)
        assert all(line.isprintable() for line in plain.split("\n"))
        assert not re.search(r"^\s*::", plain, re.MULTILINE)


FORMATS = ("text", "json", "github")
RIGHT = [
    *(["validate", NAME, "--format", each] for each in FORMATS),
    *(["render", NAME, "--dry-run", "--format", each] for each in FORMATS),
    ["render", NAME, "--out", "a" + NAME],
    ["render", NAME, "--out", "a" + NAME, "--style", "sequential", "--notebook"],
    *(["check", NAME, "--out", "b" + NAME, "--format", each] for each in FORMATS),
    *(["check", "--out", "a" + NAME, "--format", each] for each in FORMATS),
    *(["show", NAME, "--format", each] for each in (*FORMATS, "mermaid", "dot")),
    ["show", NAME, "--compare", NAME],
    ["show", NAME, "--compare", NAME, "--format", "json"],
    ["init", "mlp", "--out", "c" + NAME],
    ["schema", "--out", "d" + NAME],
]
USAGE = [
    [RAW],
    ["--" + RAW],
    *([command, "--" + RAW] for command in COMMANDS),
    *([command, "a", "b", RAW] for command in ("show", "init", "layers", "explain")),
    ["init", RAW],
    ["layers", RAW],
    ["explain", RAW],
    ["show", "odd.yaml", "--depth", RAW],
    ["show", "odd.yaml", "--compare", RAW],
    ["show", "odd.yaml", "--set", RAW],
    ["show", "odd.yaml", "--set", RAW + "=3"],
    ["render", "odd.yaml", "--style", RAW],
    ["render", "odd.yaml", "--format", RAW],
    ["render", "odd.yaml", "--capture", RAW],
    ["render", "odd.yaml", "--set", RAW + "=3"],
    ["render", "odd.yaml", "--out", f"odd.yaml/{RAW}"],
    ["render", RAW, "--out", "a\0b"],
    ["prove", "odd.yaml", "--timeout", RAW],
    ["init", "mlp", "--out", f"odd.yaml/{RAW}"],
    ["schema", "--out", f"odd.yaml/{RAW}"],
    ["render", "a\0b"],
    ["validate", "a\0b", RAW],
    ["show", "a\0b"],
    ["show", "odd.yaml", "--compare", "a\0b"],
    ["check", "a\0b", "--out", "c\0d"],
]


@pytest.mark.parametrize("args", RIGHT, ids=lambda each: " ".join(each[::2])[:20])
def test_valid_commands(
    folder: Path, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    if "a" + NAME in args and args[0] == "check":
        assert run(["render", NAME, "--out", "a" + NAME]) == 0
    assert run(args) == (1 if "b" + NAME in args else 0)
    assert Printed(capsys).out or args[0] in ("validate", "check")


@pytest.mark.parametrize("args", USAGE, ids=lambda each: ascii(" ".join(each))[:30])
def test_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    assert run(args) == 2
    printed = Printed(capsys)
    assert re.search(
        r"^(Error: |error|odd\.yaml:1:1: error)", printed.err, re.MULTILINE
    )


@pytest.mark.parametrize("format", FORMATS)
def test_differences(
    folder: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    """Differences of edited files, which show all lines."""
    assert run(["render", NAME]) == 0
    path = Path("generated/explicit/odd.py")
    text = path.read_text("utf-8")
    path.write_text(text.replace("    def", f"{RAW}\n    def"), "utf-8", newline="")
    capsys.readouterr()
    assert run(["check", "--format", format]) == 1
    printed = Printed(capsys)
    if format == "text":
        assert "+" in printed.out and "\\x1b[31m" in printed.out
    assert run(["render", NAME]) == 1
    assert run(["render", NAME, "--dry-run", "--force"]) == 0
    Printed(capsys)


def test_descriptions_are_not_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In no line of rendered text, wherever it is wrapped."""
    monkeypatch.chdir(tmp_path)
    words = " ".join(["a" * 80, "::error::no", "b" * 80, "##[error]no"])
    Path("odd.yaml").write_text(SPEC % yaml(words), "utf-8")
    assert run(["render", "odd.yaml"]) == 0
    path = Path("generated/explicit/odd.py")
    text = path.read_text("utf-8")
    assert "\n    \\x3a:error::no" in text and "\n::" not in text and "##" not in text
    (made,) = (each for each in ast.parse(text).body if isinstance(each, ast.ClassDef))
    docstring = ast.get_docstring(made)
    assert docstring is not None
    assert docstring.split("\n\n")[1].split() == words.split()
    path.write_text(text.replace("aaaa", "cccc").replace("\\x3a", ":"), "utf-8")
    capsys.readouterr()
    assert run(["check", "odd.yaml"]) == 1
    assert r"\x3a:error::no" in Printed(capsys).out
    assert run(["show", "odd.yaml"]) == 0
    Printed(capsys)


def test_a_rendered_file_is_printed_as_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["render", "odd.yaml", "--stdout"]) == 0
    (text,) = api.render("odd.yaml", origin="../../odd.yaml").values()
    assert capsys.readouterr().out == text
    assert all(line.isprintable() for line in text.split("\n"))
    ast.parse(text)


def test_a_certificate(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In all formats, of one process with torch."""
    Path("my_layer.py").write_text(f"raise RuntimeError({RAW!a})\n", "utf-8")
    layers = "[{custom: {path: my_layer.py, class: Own}}]"
    text = f"name: Odd\ninput: [4]\ndescription: {yaml(RAW)}\nlayers: {layers}\n"
    Path(NAME).write_text(text, "utf-8")
    certificates: list[Certificate] = []

    def once(jobs: list[Job], **options: Any) -> list[Certificate]:
        if not certificates:
            certificates.extend(prove(jobs, **options))
        return certificates

    monkeypatch.setattr("mlpgen.cli.prove.prove", once)
    for format in FORMATS:
        assert run(["prove", NAME, "--format", format]) == 1
        Printed(capsys)


def test_completion_offers_no_hostile_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from mlpgen.cli.completion import complete_specs

    Path(f"{NAME}.yaml").touch()
    assert complete_specs(None, None, "") == ["odd.yaml"]  # type: ignore[arg-type]


def test_an_exception_says_one_line() -> None:
    error = SpecError([Diagnostic("MG001", RAW)])
    assert str(error) == escape.line(f"error[MG001]: {RAW}")


def test_markup_is_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "odd.yaml"]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert "[red]ink[/red][/]:smile:" in shown


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("::error::x", r"\x3a:error::x"),
        ("  ::error::x", r"  \x3a:error::x"),
        ("\t::error::x", r"    \x3a:error::x"),
        ("a ::error::x", "a ::error::x"),
        (":: a", r"\x3a: a"),
        (": a", ": a"),
        ("a ##[error]x", r"a \x23#[error]x"),
        ("###[error]x", r"#\x23#[error]x"),
        ("##teamcity[a]", r"\x23#teamcity[a]"),
        ("## a [b]", "## a [b]"),
        ("a\rb\nc\x00\x1b\u202e\udcff", r"a\rb\nc\x00\x1b\u202e\udcff"),
        ("ümläut 日本 [red]", "ümläut 日本 [red]"),
    ],
)
def test_one_line(text: str, wanted: str) -> None:
    assert escape.line(text) == wanted
    assert json.loads(escape.as_json(text)) == text
    assert "##[" not in escape.as_json(text)


def test_only_one_module_prints() -> None:
    """So that everything printed is escaped."""
    for path in (ROOT / "src" / "mlpgen" / "cli").rglob("*.py"):
        if path.name != "printing.py":
            assert [*prints(ast.parse(path.read_text("utf-8")))] == [], path.name


def prints(tree: ast.AST) -> Iterator[str]:
    for each in ast.walk(tree):
        if isinstance(each, ast.Call):
            name = ast.unparse(each.func)
            if re.search(r"(^|\.)(echo|secho|print)$|std(out|err)\.", name):
                yield name
