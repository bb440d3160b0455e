"""Slips of people who are new to YAML: where they are, and what mends them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "name: Net\ninput: [1, 28, 28]\n"
LIST = f"{HEAD}layers:\n"
NET = f"{LIST}  - Flatten\n  - Linear: 10\n"
TRAINING = f"{NET}training:\n  data: mnist\n  loss: CrossEntropyLoss\n"

DASH = "put a space after each `-`"
EVERY = "each layer starts with `- `"
BELOW = "indent it below `training:`"
CASES = {
    # A `-` without a space.
    f"{LIST}  - ReLU\n  -Linear: 10\n": ["5:3 write `- Linear`"],
    f"{LIST}  -Linear: 10\n  - ReLU\n": ["4:3 write `- Linear`"],
    f"{LIST}  - ReLU\n  -Tanh\n  - Linear: 3\n": ["5:3 write `- Tanh`"],
    f"{LIST}  -ReLU\n  -Linear: 10\n": ["4:3 write `- ReLU`"],
    f"{LIST}  -ReLU\n": [f"4:3 {DASH}"],
    f"{LIST}  -Linear: 10\n": [f"4:3 {DASH}"],
    f"{LIST}  -Flatten:\n  -Linear: 10\n": [f"4:3 {DASH}"],
    # A `:` without a space.
    "name:Net\ninput: [4]\nlayers: [ReLU]\n": ["1:5 write `name: …`"],
    "name:Net\ndescription:It\ninput: [4]\n": ["1:5 write `name: …`"],
    "name: Net\ninput:[4]\nlayers: [ReLU]\n": ["2:6 write `input: …`"],
    f"{LIST}  - Linear:10\n    name: out\n": ["4:11 write `Linear: …`"],
    f"{LIST}  - Flatten:\n    name:out\n  - ReLU\n": ["5:9 write `name: …`"],
    f"{LIST}  - GRU:10\n": ["4:5 put a space in: `GRU: …`"],
    f"{LIST}  - ReLU: {{inplace:true}}\n": ["4:12 put a space in: `inplace: …`"],
    f"{NET}parameters:{{a: 3}}\n": ["6:1 put a space in: `parameters: …`"],
    # A list without dashes.
    f"{LIST}  Flatten:\n  Linear: 10\n": ["4:3 put `- ` before each of its keys"],
    f"{LIST}  Linear: 9\n  Linear: 10\n": ["5:3 put `- ` before each layer"],
    f"{LIST}  Flatten\n  Linear: 10\n": [f"4:3 {EVERY}"],
    f"{LIST}  Linear: 10\n  ReLU\n  Linear: 3\n": [f"4:3 {EVERY}"],
    f"{LIST}Flatten\nReLU\n": [f"4:1 {EVERY}"],
    f"{LIST}  - Flatten\n  ReLU\n  - Tanh\n": [f"5:3 {EVERY}"],
    f"{LIST}  Flatten\n  ReLU\n": ["4:3 write each layer as its own entry, after `- `"],
    f"{HEAD}layers: ReLU\n": ["3:9 write `[ReLU]`"],
    # Keys that are not indented.
    f"{NET}training:\ndata: mnist\nloss: CrossEntropyLoss\nepochs: 3\n": [
        *(f"{line}:1 {BELOW}" for line in (7, 8, 9))
    ],
    f"{NET}optimizer: Adam\n": [f"6:1 {BELOW}"],
    f"{TRAINING}  optimizer:\n    SGD:\n    lr: 0.1\n": [
        "10:5 indent arguments below `SGD`: `SGD: {lr: …}`"
    ],
    f"{TRAINING}  optimizer: {{SGD: , Adam: }}\n": [
        "9:14 choose one of `SGD` and `Adam`"
    ],
    f"{TRAINING}  optimizer: Adam\n  scheduler:\n    StepLR:\n    step_size: 3\n": [
        "11:5 indent arguments below `StepLR`: `StepLR: {step_size: …}`"
    ],
    f"{TRAINING}  optimizer:\n  SGD:\n  lr: 0.1\n": [
        "9:3 ",
        "10:3 indent it below `optimizer:`",
        "11:3 indent it below `SGD:`",
    ],
    # What only looks like a slip.
    "name: Net\ndescription: see\n  http://a.b\ninput [4]\n": [
        "4:10 put a space after the `:` of a key"
    ],
    f"{LIST}  - Flatten:\n      dim: 3\n     a: b\n": [
        "6:6 the keys of a mapping must start in the same column"
    ],
}


def mistakes(text: str, folder: Path) -> list[str]:
    """Return the place of each mistake, and what mends it."""
    path = folder / "net.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(SpecError) as caught:
        api.load(path)
    found = caught.value.diagnostics
    return [
        f"{each.place.span.line}:{each.place.span.column} {each.help}"
        for each in found
        if each.place
    ]


@pytest.mark.parametrize("text", CASES)
def test_a_slip_is_found_where_it_is(text: str, tmp_path: Path) -> None:
    assert mistakes(text, tmp_path) == CASES[text]


@pytest.mark.parametrize("key", ["epochs", "seed", "precision", "loss: MSELoss #"])
def test_nothing_is_indented_below_a_value(key: str, tmp_path: Path) -> None:
    head = f"{NET}training:\n  data: mnist\n  optimizer: Adam\n"
    *_, said = mistakes(f"{head}  {key}:\n  zzzz: 3\n", tmp_path)
    assert said.startswith("10:3 it takes `data`, ")


def calls(text: str, folder: Path) -> int:
    """Count the calls, also of built-in functions, until all mistakes are found."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event.endswith("call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        assert mistakes(text, folder)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("line", ["ReLU\n", "-ReLU\n", "a:b\n", "key{}: 1\n"])
def test_many_lines_cost_little(line: str, tmp_path: Path) -> None:
    """Calls grow no faster than the lines do, and no line takes many."""
    start, end = ("", "") if "{" in line else (LIST, "a: b: c\n")
    lines = [line.format(number) for number in range(4_000)]
    _with_imports, half, whole = (
        calls(start + "".join(lines[:count]) + end, tmp_path)
        for count in (1, 2_000, 4_000)
    )
    assert whole < 2.1 * half
    assert whole < 500 * len(lines)
