"""Long names and expressions are valid: code is broken over lines as ruff does."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen import api
from mlpgen.scripts.long_lines import broken
from mlpgen.source import parse
from mlpgen.styles.code import call, keyword
from mlpgen.styles.layout import bracketed, indented, layout
from mlpgen.symbols import operands

from .linters import ruff, run
from .networks import model, network

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.symbols.operands import Operand

SEED = 12
SPECS = sorted(
    path
    for folder in ("specs", "specs/zoo")
    for path in (Path(__file__).parent.parent / folder).glob("*.yaml")
    if path.name != "sizes.yaml"
)
LETTERS = "abcdeghijklmnopqrstuvwyz"
NAMED = ("name", "from", "outputs", "description", "select", "share", "include")
"""Keys without names of blocks or parameters in their values."""


def name(choose: random.Random) -> Operand:
    length = choose.choice([3, 10, 25, 40])
    return operands.name("".join(choose.choice("bcdghjkl") for _ in range(length)))


def arithmetic(choose: random.Random, depth: int) -> Operand:
    if depth == 0 or choose.random() < 0.25:
        number = choose.random() < 0.2
        return operands.number(choose.randint(1, 99)) if number else name(choose)
    signs = choose.choice([["+", "-"], ["*", "//", "%"]])
    first, *others = (
        arithmetic(choose, depth - 1) for _ in range(choose.randint(2, 4))
    )
    return operands.chain(first, [(choose.choice(signs), each) for each in others])


def condition(choose: random.Random, depth: int) -> Operand:
    if depth == 0 or choose.random() < 0.3:
        if choose.random() < 0.4:
            return name(choose)
        sign = choose.choice(["==", "<", "!="])
        return operands.infix(sign, arithmetic(choose, 1), arithmetic(choose, 1))
    parts = [condition(choose, depth - 1) for _ in range(choose.randint(2, 3))]
    return operands.logical(choose.choice(["and", "or"]), parts)


def test_ruff_changes_nothing(tmp_path: Path) -> None:
    choose = random.Random(SEED)
    lines: list[str] = []
    for number in range(150):
        named = keyword("groups", arithmetic(choose, 2))
        made = call("nn.Conv2d", name(choose), arithmetic(choose, 1), named)
        body = [
            *bracketed(arithmetic(choose, 2), 4, "size_1 = "),
            *bracketed(condition(choose, 2), 4, "if ", ":"),
            "    pass",
            *layout(made, 4, "self.layer = "),
        ]
        lines += ["", ""] * bool(number) + [f"def f{number}():", *indented(body)]
    (tmp_path / "long.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ruff(tmp_path, ignore="F821,F841,PLR2004,SIM,E501,PLR0133,PLR0124,PLR1714")


def renamed(name: str, number: int, length: int) -> str:
    if length == 1:
        letter = LETTERS[number]
        return letter.upper() if name[0].isupper() else letter
    if name[0].isupper():
        return (name + "OfTheNetwork" * length)[:length]
    return (name + "_of_the_network" * length)[:length].rstrip("_") + "z"


class Renaming:
    """Other names for the parameters and blocks of a spec."""

    def __init__(self, data: dict[str, Any], length: int) -> None:
        blocks = data.get("blocks", {})
        found = {*data.get("parameters", {})}
        for block in blocks.values():
            found |= {*block.get("parameters", {})}
        self.parameters, self.blocks = (
            {name: renamed(name, at, length) for at, name in enumerate(sorted(names))}
            for names in (found, blocks)
        )

    def all(self, value: Any) -> Any:
        """Rename in a part of a spec."""
        if isinstance(value, list):
            return [self.all(each) for each in value]
        if isinstance(value, str) and value.startswith("${"):
            names = self.parameters
            return re.sub(
                r"[a-z_]\w*", lambda found: names.get(found[0], found[0]), value
            )
        if isinstance(value, str):
            return self.blocks.get(value, value)
        if not isinstance(value, dict):
            return value
        return {
            self.blocks.get(key, key): self.below(key, each)
            for key, each in value.items()
        }

    def _other(self, found: re.Match[str]) -> str:
        return self.parameters.get(found[0], found[0])

    def below(self, key: str, value: Any) -> Any:
        """Rename in the value of a key."""
        if key in NAMED:
            return value
        if not isinstance(value, dict):
            return self.all(value)
        if key == "parameters" or (key in self.blocks and "layers" not in value):
            names = self.parameters
            return {names.get(name, name): self.all(x) for name, x in value.items()}
        return self.all(value)


def facts(found: Network) -> list[object]:
    """Return the shapes and counts of all layers, and the warnings."""
    layers: list[object] = [
        [node.name, node.parameters, node.multiply_adds]
        + [tuple(map(int, value.shape)) for value in node.parts.values()]
        for node in found.graph.nodes
    ]
    return [*layers, *(each.code for each in found.warnings)]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
@pytest.mark.thinned(5)
def test_any_length_of_names_is_valid(path: Path, tmp_path: Path) -> None:
    data = parse(path.read_bytes(), path.name).data
    data = {key: each for key, each in data.items() if key != "training"}
    given = network(data)
    wanted = [str(each) for each in facts(given)]
    for length in (1, 40):
        names = Renaming(data, length)
        found = network(names.all(data))
        other = names.blocks | names.parameters
        told = [str(each) for each in facts(found)]
        assert len(told) == len(wanted)
        assert found.graph.total_parameters == given.graph.total_parameters
        if length == 1 or not other:
            continue
        assert told == wanted
        for style in api.STYLES:
            for name, text in api.render(found, style).items():
                (tmp_path / f"{style}_{name}").write_text(text, encoding="utf-8")
    ruff(tmp_path)


@pytest.mark.parametrize("given", [24, 30, 40])
@pytest.mark.parametrize("taken", [24, 39, 40])
def test_any_two_names_fit_into_a_keyword(given: int, taken: int) -> None:
    outer, inner = "g" * given, "t" * taken
    data = {
        "name": "Net",
        "parameters": {outer: 4, "depth": 3},
        "input": [4],
        "blocks": {
            "Part": {
                "parameters": {inner: 2},
                "layers": [{"Linear": f"${{{inner}}}"}],
            }
        },
        "layers": [
            {"Part": {inner: f"${{{outer}}}"}},
            {"Part": {inner: f"${{{outer}}}"}, "repeat": "${depth}"},
            {"Part": {inner: f"${{{outer} + index}}"}, "repeat": "${depth}"},
            {"Sequential": [{"Part": {inner: f"${{{outer} + 1}}"}}], "repeat": 2},
        ],
    }
    for style in api.STYLES:
        text = api.render(network(data), style)["net.py"]
        compile(text, "net.py", "exec")
        assert max(map(len, text.splitlines())) <= 88, text


DENSE = """
name: DenseStages
parameters: {%(growth)s: 4, depth: 6}
input: [8, 8, 8]
blocks:
  Dense:
    parameters: {%(growth)s: 4}
    layers:
      - Conv2d: {out_channels: "${%(growth)s}", kernel_size: 3, padding: 1}
        name: conv
      - cat: {dim: 1}
        from: [conv, input]
  Transition:
    layers:
      - Conv2d: {out_channels: "${in_channels // 2}", kernel_size: 1}
layers:
  - Conv2d: {out_channels: "${2 * %(growth)s}", kernel_size: 1}
  - Dense: "${%(growth)s}"
    repeat: "${depth}"
  - Transition
  - Dense: "${%(growth)s}"
    repeat: "${2 * depth}"
"""


@pytest.mark.parametrize(
    "growth", ["k", "growth_rate", "growth_rate_of_all_dense_blocks_together"]
)
def test_a_densenet_by_any_name(growth: str) -> None:
    found = network(parse((DENSE % {"growth": growth}).encode(), "dense.yaml").data)
    assert found.graph.total_parameters == 20_976
    assert found.graph.nodes[-1].output == (64, 8, 8)


POWERS = """
name: Net
parameters: {channels: 16, m: 3}
input: [1, 8, 8]
layers:
  - Conv2d: {out_channels: "${channels}", kernel_size: "KERNEL", padding: 1}
  - MaxPool2d: 2
  - MaxPool2d: 2
  - Flatten
  - Linear: 10
"""


@pytest.mark.parametrize(
    "kernel",
    [
        "${(1 + m) * m * (channels * channels + channels) - 3261}",
        "${(channels * m // 5 + channels * m * m // 7) * (m * channels + 3) - 1476}",
    ],
)
def test_long_code_is_computed_in_several_lines(kernel: str, tmp_path: Path) -> None:
    data = parse(POWERS.replace("KERNEL", kernel).encode(), "net.yaml").data
    found = network(data)
    for style in api.STYLES:
        text = api.render(found, style)["net.py"]
        assert max(map(len, text.split("\n"))) <= 88
        (tmp_path / f"{style}.py").write_text(text, encoding="utf-8")
        made = model(found, style)
        assert sum(each.numel() for each in made.parameters()) == (
            found.graph.total_parameters
        )
    ruff(tmp_path)


CONDITIONS = {
    "43 characters": "stride == 1 and in_channels == out_channels",
    "61 characters": "use and stride == 1 and in_channels == out_channels and use",
    "400 characters": " and ".join(["(use or stride == 1)"] * 14 + ["stride == 1"]),
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
def test_conditions_may_be_long(condition: str, tmp_path: Path) -> None:
    conv = {"out_channels": "${out_channels}", "kernel_size": 3, "padding": 1}
    data = {
        "name": "Inverted",
        "input": [8, 8, 8],
        "blocks": {
            "Residual": {
                "parameters": {"out_channels": 8, "stride": 1, "use": True},
                "layers": [
                    {"Conv2d": conv | {"stride": "${stride}"}, "name": "conv"},
                    {
                        "add": None,
                        "from": ["conv", "input"],
                        "when": f"${{{condition}}}",
                    },
                ],
            }
        },
        "layers": [{"Residual": 8}],
    }
    found = network(data)
    assert found.graph.total_parameters == 584
    for style in api.STYLES:
        for name, text in api.render(found, style).items():
            assert "y = y + x" in text
            (tmp_path / f"{style}_{name}").write_text(text, encoding="utf-8")
    ruff(tmp_path)


@pytest.mark.parametrize(("length", "lines"), [(35, 1), (36, 4)])
def test_a_line_of_88_columns_is_not_broken(length: int, lines: int) -> None:
    names = "a" * 36, "b" * length
    entries = [{"Linear": 4, "from": "x", "name": name} for name in names]
    spec = {
        "name": "Wide",
        "input": {"x": [3]},
        "layers": entries,
        "outputs": list(names),
    }
    text = api.render(network(spec), "explicit")["wide.py"]
    returned = text[text.index("return") :].splitlines()
    assert len(returned) == lines
    assert lines > 1 or len(f"        {returned[0]}") == 88


LONG_LINES = '''\
def measured_of(model_of_this_run, data_of_this_run, first_option_of_it, second_option_of_it=1):
    """Measure.

    A line of a docstring is not broken, though it is long and ends as a call does(first, second)
    """
    return measured(model, data.batches(2500), {"accuracy": accuracy, "f1": f1_score, "loss": loss})


text = """A text of one line in three quotes that is longer than the eighty-eight columns of it."""
# A comment is not broken, though it has more than eighty-eight columns, as this one has here.
total += weights["of_the_first_loss"] * loss_function(first_output_of_the_model, targets_of_all)
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, weight_decay=0.001)
model = build_network(first_argument_of_it, second_argument_of_it).to(device_of_it, torch.float32)
names = ["first_name_of_a_layer", "second_name_of_a_layer", "third_name", "fourth_name_of_a_layer"]
pairs = (first_value_of_the_pair_of_values_that_is_kept, second_value_of_the_pair_of_values_kept)
single = ("one_single_text_that_is_long_enough_for_a_line_of_its_own_and_a_tuple_of_one_here",)
only_one_name_of_this_list = ["one_single_text_that_is_long_enough_for_a_line_of_its_own_and_a_list"]
settings = {"learning_rate": args.learning_rate, "batch_size": args.batch_size, "epochs": epochs}
scheduler = Scheduler(optimizer, milestones=[10_000_000, 20_000_000, 30_000_000, 40_000_000, 50_000])
stages = Stages(optimizer, milestones=[10_000_000, 20_000_000, 30_000_000], names=["a, b", "c (d"], at=1)
for features, targets in data.batches(args.batch_size, shuffle=True, generator=generator_of_it, at=1):
    pass
if not all_of_the_conditions(first_condition_of_them, second_condition_of_them, third_condition_of):
    pass
last = call_of_a_function(with_an_argument_that_is_long, and_with_another_one_that_is_long_as_well)
'''  # noqa: E501


def test_long_lines_of_scripts_are_broken_as_ruff_does(tmp_path: Path) -> None:
    text = broken(LONG_LINES)
    (tmp_path / "long.py").write_text(text, encoding="utf-8")
    run("ruff", "format", "--isolated", "--diff", "long.py", folder=tmp_path)
    assert '_and_a_list",\n]\n' in text  # as every version of ruff leaves it
    kept = [line for line in text.splitlines() if len(line) > 88]
    assert [line.split()[0] for line in kept] == ["A", "text", "#"]
    assert broken(text) == text


@pytest.mark.parametrize("digits", range(1, 16))
def test_initial_values_under_a_test_fit_their_line(digits: int) -> None:
    value = float(f"0.{'1' * digits}")
    rule = {"weight": "zeros_", "bias": {"uniform_": {"a": -value, "b": value}}}
    spec = {
        "name": "Wide",
        "input": [3, 8, 8],
        "layers": [{"Conv2d": {"out_channels": 4, "kernel_size": 3}}],
        "init": {"Conv2d": rule},
    }
    text = api.render(network(spec), "explicit")["wide.py"]
    assert "if module.bias is not None:" in text
    assert max(map(len, text.splitlines())) <= 88


def test_a_method_of_what_a_call_returns_is_broken_as_ruff_does(tmp_path: Path) -> None:
    """The arguments of the call are split, unless the dots are those of a chain."""
    choose = random.Random(SEED)
    given = ["x", "outputs", "self.norm(x)", "self.attention(hidden, y).unsqueeze(1)"]
    statements = []
    for before in ("x = ", "return ", "a_very_long_name_of_a_variable = ") * 20:
        called = choose.choice(["torch.bmm", "self.attention", "self.blocks[0]"])
        first = "long_name_" * choose.randint(0, 4) + "y"
        inner = ", ".join([first, *choose.choices(given, k=choose.randint(0, 3))])
        piece = call(f"{called}({inner}).flatten", *choose.choice([["1"], ["0", "1"]]))
        statements += layout(piece, 4, before)
    text = "".join(f"    {line}\n" for line in statements)
    (tmp_path / "long.py").write_text(f"def forward(x):\n{text}", encoding="utf-8")
    run("ruff", "format", "--isolated", "--diff", "long.py", folder=tmp_path)
