"""Edits of a person anywhere, and of the spec: both are there, or in a conflict."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import strategies as st

from mlpgen import SpecError, api
from mlpgen.output import header
from mlpgen.project.merge import texts
from mlpgen.project.merge.conflicts import Conflict, parse
from mlpgen.project.merge.names import parted
from mlpgen.source import files

from .examples import drawn

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
SPECS = [ROOT / "specs" / name for name in ("mnist_mlp.yaml", "mnist_resnet.yaml")]
EVERY = sorted(ROOT.glob("specs/**/*.yaml"))


def other_number(text: str, random: Random) -> str:
    found = random.choice([*re.finditer(r"(?<=[: ,\[])\d+(?=[,}\]\n])", text)])
    return text[: found.start()] + str(random.randint(1, 9)) + text[found.end() :]


def other_activation(text: str, random: Random) -> str:
    names = ["ReLU", "GELU", "SiLU", "Tanh", "ELU"]
    found = [*re.finditer(rf"(?<=- )(?:{'|'.join(names)})\b", text)]
    if not found:
        return other_number(text, random)
    one = random.choice(found)
    return text[: one.start()] + random.choice(names) + text[one.end() :]


def another_layer(text: str, random: Random) -> str:
    lines = text.split("\n")
    rows = [n for n, line in enumerate(lines) if re.match(r" +- [A-Z]", line)]
    at = random.choice(rows)
    indent = re.match(r" *", lines[at])
    assert indent is not None
    new = random.choice(["Dropout: 0.1", "ReLU", "Identity"])
    return "\n".join([*lines[:at], f"{indent[0]}- {new}", *lines[at:]])


def a_layer_less(text: str, random: Random) -> str:
    lines = text.split("\n")
    rows = [n for n, line in enumerate(lines) if re.fullmatch(r" +- [A-Z]\w+", line)]
    if not rows:
        return other_number(text, random)
    at = random.choice(rows)
    return "\n".join(lines[:at] + lines[at + 1 :])


def renamed(text: str, random: Random) -> str:
    found = re.findall(r"(?<=name: )[a-z]\w*", text)
    if not found:
        return another_layer(text, random)
    return re.sub(rf"\b{random.choice(found)}\b", "renamed", text)


SPEC_EDITS: list[Callable[[str, Random], str]] = [
    other_number,
    other_activation,
    another_layer,
    a_layer_less,
    renamed,
]


@cache
def rendered(text: str, style: str, spec: Path) -> dict[str, str]:
    """Render a text in place of a spec; nothing if it is wrong."""
    with files.held() as contents:
        contents[spec.as_posix()] = text.encode()
        try:
            return api.render(spec, style)
        except SpecError:
            return {}


class Edit(NamedTuple):
    """What a person did: the new text, and lines that only they wrote or removed."""

    text: str
    written: list[str]


def edited(text: str, random: Random, count: int) -> Edit:
    """Edit a file in random places: new lines, other lines, comments, lines less."""
    lines = text.split("\n")
    head = next(n for n, line in enumerate(lines) if line.startswith(header.MARK))
    written: list[str] = []
    for number in range(count):
        at = random.randrange(len(lines) - 1)
        if head - 1 <= at <= head + 3:
            continue
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        kind = random.randrange(5)
        if kind == 0:
            new = f"{indent}print('edit {number}')"
            lines.insert(at, new)
        elif kind == 1:
            new = f"{indent}# edit {number}"
            lines.insert(at, new)
        elif kind == 2:
            new = f"{lines[at]}  # edit {number}" if lines[at] else ""
            lines[at] = new
        elif kind == 3:
            new = re.sub(r"\b\d+\b", str(7000 + number), lines[at], count=1)
            lines[at] = new
        else:
            new = ""
            del lines[at]
        written.append(new)
        head = next(n for n, line in enumerate(lines) if line.startswith(header.MARK))
    edits = [each for each in written if each in lines and each not in text]
    return Edit("\n".join(lines), edits)


def code_of(line: str) -> str:
    return line.partition("  # ")[0]


def judge(base: str, ours: Edit, theirs: str) -> str:
    """Merge, and check that nothing is lost or broken; return what came of it."""
    found = texts.merge_python(ours.text, base, theirs)
    made = header.stamp_edited(found.text, theirs, known=not found.conflicts)
    lines = made.split("\n")
    rendered_lines = Counter(theirs.split("\n")) - Counter(base.split("\n"))
    for line in ours.written:  # on its own, or its comment behind what is rendered now
        comment = line.partition("  # ")[2]
        there = line in lines or (comment and any(comment in each for each in lines))
        there = there or any(code_of(line) == code_of(each) for each in lines)
        assert there, (line, made)
    for line in rendered_lines:
        if not line.startswith("#"):
            same = line in lines or any(code_of(line) in each for each in lines)
            assert same or line.partition("  # ")[2] in made, (line, made)
    if found.conflicts:
        assert any(isinstance(each, Conflict) for each in parse(made))
        return "conflict"
    once = {line for line, n in Counter(base.split("\n")).items() if n == 1}
    removed = once.intersection(theirs.split("\n")).difference(ours.text.split("\n"))
    assert removed.isdisjoint(lines), removed
    ast.parse(made)
    assert not parted(made, ours.text, theirs)
    known = header.read(made)
    assert known is not None
    assert made == theirs or header.holds_known_edits(made, known)
    return "clean"


def seen(specs: list[Path], seed: int) -> str:
    """Draw edits of a spec and of a file that it renders, and judge their merge."""
    random = Random(seed)
    spec = random.choice(specs)
    text = spec.read_text("utf-8")
    style = random.choice(api.STYLES)
    before = rendered(text, style, spec)
    changed = text
    for _ in range(random.randint(1, 3)):
        changed = random.choice(SPEC_EDITS)(changed, random)
    after = rendered(changed, style, spec)
    own = [name for name in before if spec.stem in name and name in after]
    if not own:
        return "no spec"
    name = random.choice(own)
    ours = edited(before[name], random, random.randint(1, 4))
    try:
        ast.parse(ours.text)
    except SyntaxError:
        return "no Python"  # which `--merge` refuses
    return judge(before[name], ours, after[name])


@drawn(st.integers(0, 10**9), few=40, all_=1000)
def test_nothing_is_lost_and_nothing_is_broken(seed: int) -> None:
    seen(SPECS, seed)


@pytest.mark.exhaustive
def test_every_spec() -> None:
    """Most merges are clean, so that it is worth trying."""
    count = Counter(seen(EVERY, seed) for seed in range(1000))
    assert count["clean"] > 2 * count["conflict"], count


CODE = """\
import math


class Net:
    def __init__(self, width):
        self.old = width

        self.kept = math.pi

    def forward(self, x):
        x = x + 1

        return x
"""
Change = tuple[str, str]


@pytest.mark.parametrize(
    ("ours", "theirs", "lacks"),
    [
        (("x + 1", "x + self.old"), [("self.old", "self.new")], "self.old` of `Net"),
        (("x + 1", "x + math.e"), [("math", "cmath")], "math"),
        (
            ("= math.pi", "= width"),
            [("width)", "size)"), ("= width", "= size")],
            "width",
        ),
        (("x + 1", "x + self.kept"), [("self.old", "self.new")], ""),
    ],
)
def test_names_that_are_rendered_no_more(
    ours: Change, theirs: list[Change], lacks: str
) -> None:
    """They are found before Python finds them, and the edit is in a conflict."""
    assert ours[0] in CODE
    mine, new = CODE.replace(*ours), CODE
    for old, text in theirs:
        new = new.replace(old, text)
    found = texts.merge_python(mine, CODE, new)
    assert found.conflicts == (lacks != "")
    if lacks:
        assert found.why == f"the edits use `{lacks}`, which is rendered no more"
        (conflict,) = [each for each in parse(found.text) if isinstance(each, Conflict)]
        assert ours[1] in conflict.ours[0]
        assert len(conflict.ours) == len(conflict.theirs) == 1
