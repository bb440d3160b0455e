"""Lists of numbers: parameters, rounds that follow them, flags, and their mistakes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.project.request import parse_setting
from mlpgen.symbols.lists import written

from .networks import check_proved, model, module, network
from .shared_modules import shared

if TYPE_CHECKING:
    from torch import nn

WIDTHS = {"Linear": "${widths[index]}"}
BY_WIDTHS = {**WIDTHS, "repeat": "${len(widths)}"}


def net(*layers: Any, shape: Any = (4,), **rest: Any) -> api.Network:
    """Load a spec of these layers."""
    return network({"name": "Net", "input": [*shape], "layers": [*layers], **rest})


def code_of(loaded: api.Network, style: str = "explicit") -> str:
    """Render a network."""
    return api.render(loaded, style)["net.py"]


def test_rounds_follow_a_list() -> None:
    """A list says how many rounds there are, and how wide each is: 4, 8, 16, 32."""
    loaded = net(BY_WIDTHS, parameters={"widths": [8, 16, 32]})
    assert loaded.graph.total_parameters == 728
    for style in api.STYLES:
        code = code_of(loaded, style)
        assert "widths: tuple[int, ...] = (8, 16, 32)" in code
        assert "nn.Linear(in_features, width)" in code
        assert "for in_features, width in pairwise((4, *widths))" in code
        assert "from itertools import pairwise\n" in code


@pytest.mark.parametrize("widths", [(5,), (5, 6), (2, 3, 4, 5)], ids=str)
def test_lists_of_other_lengths(widths: tuple[int, ...]) -> None:
    loaded = net(BY_WIDTHS, {"Linear": 3}, parameters={"widths": [8, 16, 32]})
    wanted = net(BY_WIDTHS, {"Linear": 3}, parameters={"widths": [*widths]})
    for style in api.STYLES:
        cls: Any = type(model(loaded, style))
        found = {n: each.shape for n, each in cls(widths=widths).state_dict().items()}
        plain = model(wanted, style).state_dict()
        assert found == {name: each.shape for name, each in plain.items()}


LOOPS: list[tuple[list[Any], str, str]] = [
    (
        [{"Dropout": "${rates[index]}", "repeat": "${len(rates)}"}],
        "nn.Dropout(p=rate)",
        "for rate in rates",
    ),
    (
        [{"Dropout": "${rates[index] / (index + 1)}", "repeat": "${len(rates)}"}],
        "nn.Dropout(p=rate / (index + 1))",
        "for index, rate in enumerate(rates)",
    ),
    (
        [{"Linear": "${2 * widths[index]}", "repeat": "${len(widths)}"}],
        "nn.Linear(2 * in_features, 2 * width)",
        "for in_features, width in pairwise(widths)",
    ),
    (
        [
            {
                "Sequential": [WIDTHS, "ReLU", {"Dropout": "${rates[index]}"}],
                "repeat": "${len(widths)}",
            }
        ],
        "linear_1=nn.Linear(in_features, width)",
        "for index, (in_features, width) in enumerate(pairwise((4, *widths)))",
    ),
    (
        [{"Linear": "${rows[index][1]}", "repeat": "${len(rows)}"}],
        "nn.Linear(before[1], row[1])",
        "for before, row in pairwise(rows)",
    ),
    (
        [{"Linear": "${8 + len(rows)}", "repeat": "${rows[0][1]}"}],
        "nn.Linear(4 if index == 0 else len(rows) + 8, len(rows) + 8)",
        "for index in range(rows[0][1])",
    ),
    (
        [{**WIDTHS, "repeat": 3}],
        "nn.Linear(widths[index - 1], widths[index])",
        "for index in range(1, 3)",
    ),
]
LISTS: dict[str, Any] = {
    "widths": [8, 16, 32],
    "rates": [0.1, 0.2, 0.3],
    "rows": [[1, 5], [2, 6]],
}


def dense(code: str) -> str:
    """Return code without blanks, and without commas before brackets."""
    return re.sub(r",(?=[)\]])", "", "".join(code.split()))


@pytest.mark.parametrize(("layers", "call", "loop"), LOOPS)
def test_loops_over_lists(layers: list[Any], call: str, loop: str) -> None:
    used = {name: each for name, each in LISTS.items() if name in str(layers)}
    loaded = net(*layers, {"Linear": 2}, parameters=used)
    for style in api.STYLES:
        code = dense(code_of(loaded, style))
        assert dense(call) in code
        assert dense(loop) in code
    check_proved(loaded)


STAGE: dict[str, Any] = {
    "parameters": {"channels": 8, "depth": 1, "stride": 1},
    "layers": [
        {
            "Conv2d": {
                "out_channels": "${channels}",
                "kernel_size": 3,
                "padding": 1,
                "stride": "${stride}",
            }
        },
        {
            "Sequential": [
                {
                    "Conv2d": {
                        "out_channels": "${channels}",
                        "kernel_size": 3,
                        "padding": 1,
                    }
                },
                "ReLU",
            ],
            "repeat": "${depth - 1}",
        },
    ],
}


def staged() -> api.Network:
    """Load a network of stages, each of a row of a table, and a second one by lists."""
    table = {
        "depth": "${table[index][0]}",
        "channels": "${table[index][1]}",
        "stride": "${table[index][2]}",
    }
    by_lists = {
        "channels": "${widths[index]}",
        "depth": "${depths[index]}",
        "stride": "${1 if index == 0 else 2}",
    }
    return net(
        {"Stage": table, "repeat": "${len(table)}", "name": "stages"},
        {"Stage": by_lists, "repeat": "${len(widths)}"},
        {"AdaptiveAvgPool2d": 1},
        "Flatten",
        {"Linear": 10},
        shape=(3, 16, 16),
        blocks={"Stage": STAGE},
        parameters={
            "table": [[1, 4, 1], [2, 6, 2]],
            "widths": [8, 12],
            "depths": [1, 2, 1],
        },
    )


def test_stages_of_a_table() -> None:
    loaded = staged()
    code = " ".join(code_of(loaded).split())
    assert "table: tuple[tuple[int, ...], ...] = ((1, 4, 1), (2, 6, 2))" in code
    assert "Stage(before[1], channels=row[1], depth=row[0], stride=row[2])" in code
    assert "Stage(3, channels=table[0][1], depth=table[0][0]" in code
    assert "nn.Linear(widths[-1], 10)" in code
    check_proved(loaded)
    made: Any = type(model(loaded, "explicit"))
    other = made(table=((2, 5, 1),), widths=(4, 6, 10), depths=(1, 1, 3))
    assert other(torch.zeros(1, 3, 16, 16)).shape == (1, 10)


def test_a_list_is_given_to_a_block() -> None:
    """As it is, in part, a row of a table, or written out with expressions."""
    inner = {
        "parameters": {"sizes": [1, 2], "scales": [0.5]},
        "values": {"total": "${sizes[0] + sizes[-1]}"},
        "layers": [
            {"Linear": "${sizes[index]}", "repeat": "${len(sizes)}"},
            {"Linear": "${total}"},
            {"mul": "${scales[0]}"},
        ],
    }
    loaded = net(
        {"Inner": {"sizes": "${widths}", "scales": [1]}},
        {"Inner": {"sizes": "${rows[1]}"}},
        {"Inner": {"sizes": [3, 5, "${widths[-1]}"], "scales": ["${rate}"]}},
        "Inner",
        {"Inner": {"sizes": [7]}},
        parameters={"widths": [8, 16], "rows": [[1, 5], [2, 6]], "rate": 0.25},
        blocks={"Inner": inner},
    )
    code = dense(code_of(loaded))
    assert dense("Inner(4, sizes=widths, scales=(1,))") in code
    assert "sizes=rows[1]" in code
    assert dense("sizes=(3, 5, widths[-1]), scales=(rate,))") in code
    assert dense("* self.scales[0]") in code
    check_proved(loaded)
    cls: Any = type(model(loaded, "explicit"))
    other = cls(widths=(7, 9), rows=((1,), (2, 3, 4)))
    assert other(torch.zeros(2, 4)).shape == (2, 14)


def test_each_kind_of_list_has_a_type() -> None:
    loaded = net(
        {"Linear": "${sizes[0]}", "when": "${flags[1]}"},
        {"Dropout": "${rates[-1]}"},
        parameters={"sizes": [4], "flags": [False, True], "rates": [1, 0.5]},
    )
    signature = " ".join(code_of(loaded).split())
    assert "sizes: tuple[int, ...] = (4,)" in signature
    assert "flags: tuple[bool, ...] = (False, True)" in signature
    assert "rates: tuple[float, ...] = (1.0, 0.5)" in signature
    check_proved(loaded)


def test_items_by_chance_equal_are_not_the_same() -> None:
    """What fits only with the default is warned about: MG316."""
    layers = [
        {"Linear": "${widths[0]}", "name": "one"},
        {"Linear": "${widths[1]}", "from": "input", "name": "two"},
        {"add": None, "from": ["one", "two"]},
    ]
    found = net(*layers, parameters={"widths": [8, 8]}).warnings
    assert [each.code for each in found] == ["MG316"]
    layers[1]["Linear"] = "${widths[len(widths) - 2]}"
    found = net(*layers, parameters={"widths": [8, 8]}).warnings
    assert [each.code for each in found] == ["MG316"]
    layers[0]["Linear"] = "${widths[-2]}"
    assert not net(*layers, parameters={"widths": [8, 8]}).warnings


def test_a_guard_may_look_at_the_length() -> None:
    """What would be beyond the end is not read where `when` leaves it out."""
    layer = {"Linear": "${widths[2]}", "when": "${len(widths) > 2}"}
    for widths in ([3, 5], [3, 5, 7]):
        loaded = net(layer, {"Linear": 2}, parameters={"widths": widths})
        check_proved(loaded)
        cls: Any = type(model(loaded, "sequential"))
        for other in ((3,), (3, 4, 5, 6)):
            assert cls(widths=other)(torch.zeros(2, 4)).shape == (2, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2,2,6,2", (2, 2, 6, 2)),
        ("[2, 3]", (2, 3)),
        ("[[1,16],[6,24]]", ((1, 16), (6, 24))),
        ("true,false", (True, False)),
        ("0.5,1", (0.5, 1.0)),
        ("[7]", (7,)),
    ],
)
def test_lists_on_the_command_line(text: str, value: Any) -> None:
    assert parse_setting(f"depths={text}") == ("depths", value)
    again = value if len(value) > 1 else value[0]  # a list of one has no comma
    assert parse_setting(f"depths={written(value)}") == ("depths", again)
    kind = type(value[0][0]) if isinstance(value[0], tuple) else type(value[0])
    depth = 2 if isinstance(value[0], tuple) else 1
    assert shared("command_line").list_of(kind, depth=depth)(text) == value


@pytest.mark.parametrize("text", ["", "a", "1,", "1.5,2", "[[1]]", "true", "NaN", "["])
def test_wrong_lists_on_the_command_line(text: str) -> None:
    from argparse import ArgumentTypeError

    with pytest.raises(ArgumentTypeError, match="such as 1,2"):
        shared("command_line").list_of(int)(text)


def test_settings_of_lists() -> None:
    from mlpgen.graph.build import build

    loaded = staged()
    graph = build(loaded.document, {"widths": (3, 4, 5), "table": ((1, 2, 1),)}).graph
    assert graph.parameters["widths"] == (3, 4, 5)
    assert graph.nodes[0].output[0] == 2
    assert build(loaded.document, {"widths": 7}).graph.parameters["widths"] == (7,)
    for wrong in ((1.5,), ((1,),), True, (True,)):
        with pytest.raises(SpecError) as error:
            build(loaded.document, {"widths": wrong})
        assert [each.code for each in error.value.diagnostics] == ["MG203"]


def made(cls: Any, **arguments: Any) -> nn.Module:
    """Make a model, always with the same initial values."""
    torch.default_generator.manual_seed(1)
    found: nn.Module = cls(**arguments)
    return found


def test_both_styles_are_equal_with_other_lists() -> None:
    loaded = staged()
    others = {"table": ((1, 5, 1), (1, 4, 1)), "widths": (6,), "depths": (3,)}
    found = [made(module(code_of(loaded, style)).Net, **others) for style in api.STYLES]
    one, other = (each.state_dict() for each in found)
    assert [*one] == [*other]
    assert all(torch.equal(one[key], other[key]) for key in one)


def stages(**keys: Any) -> dict[str, Any]:
    """Write stages of which each may be empty, so that it keeps its width."""
    use = {"width": "${2 + depths[index]}", "depth": "${depths[index]}"}
    return {"Part": use, "repeat": "${len(depths)}", **keys}


PART: dict[str, Any] = {
    "parameters": {"width": 4, "depth": 1},
    "layers": [{"Linear": "${width}", "repeat": "${depth}"}, "LayerNorm"],
}


def test_a_size_that_each_round_changes_is_a_variable() -> None:
    """As in a DenseNet: no formula says how wide the last stage is, but the loop."""
    loaded = net(
        stages(),
        "LayerNorm",
        {"Linear": 2},
        blocks={"Part": PART},
        parameters={"depths": [1, 2, 0]},
    )
    code = code_of(loaded)
    start = code.index("        features = 4\n")
    assert code[start:].startswith(
        "        features = 4\n"
        "        rounds = list[nn.Module]()\n"
        "        for depth in depths:\n"
        "            rounds.append(Part(features, width=depth + 2, depth=depth))\n"
        "            features = depth + 2 if depth > 0 else features\n"
        "        self.part_1 = nn.Sequential(*rounds)\n"
        "        self.layer_norm_1 = nn.LayerNorm(features)\n"
        "        self.linear_1 = nn.Linear(features, 2)\n"
    )
    check_proved(loaded)
    for style in api.STYLES:
        cls: Any = type(model(loaded, style))
        for depths in ((0,), (0, 0), (3, 0, 1, 2)):
            wanted = net(
                stages(),
                "LayerNorm",
                {"Linear": 2},
                blocks={"Part": PART},
                parameters={"depths": [*depths]},
            )
            one, other = (
                {name: each.shape for name, each in found.state_dict().items()}
                for found in (cls(depths=depths), model(wanted, style))
            )
            assert one == other


def test_variables_of_loops_wherever_they_stand() -> None:
    """In a numbered `Sequential`, a block, under a condition, one after the other."""
    inner = {
        "parameters": {"depths": [1, 2]},
        "layers": [stages(), {"Linear": 3}],
    }
    by_number = {"Part": {"width": "${index + 3}", "depth": "${n - index}"}}
    loaded = net(
        stages(),
        {"Sequential": [{"Linear": 7}, stages(), "ReLU"], "numbered": True},
        {"Sequential": [stages(name="inside"), "ReLU"], "name": "named"},
        {**by_number, "repeat": "${n}", "when": "${n > 1}"},
        {"Inner": {"depths": "${depths}"}},
        {"Linear": 2},
        blocks={"Part": PART, "Inner": inner},
        parameters={"depths": [1, 2, 0], "n": 2},
    )
    assert "            *rounds,  # (N, 4)\n" in code_of(loaded)
    check_proved(loaded)
    for style in api.STYLES:
        cls: Any = type(model(loaded, style))
        for other in ({"n": 1}, {"n": 3, "depths": (2,)}):
            assert cls(**other)(torch.zeros(2, 4)).shape == (2, 2)


def test_a_size_without_a_formula_stays_in_its_class() -> None:
    """What a block makes of it is not known outside: the message is at the block."""
    inner = {"parameters": {"depths": [1, 2]}, "layers": [stages()]}
    layers = [{"Inner": {"depths": "${depths}"}}, {"Linear": 2}]
    more = {"blocks": {"Part": PART, "Inner": inner}, "parameters": {"depths": [1, 2]}}
    with pytest.raises(SpecError) as error:
        net(*layers, **more)
    assert [each.code for each in error.value.diagnostics] == ["MG221"]
    check_proved(
        net({"Inner": {"depths": [2, 1]}}, {"Linear": 2}, **{**more, "parameters": {}})
    )


def test_long_names_of_lists_are_laid_out_as_ruff_does() -> None:
    long = "a_list_whose_name_is_nearly_as_long_as_a_name_of_a_list_can_be"
    table = "a_table_whose_name_is_long_enough"
    loaded = net(
        {"Linear": f"${{{long}[0] + {table}[1][0]}}"},
        parameters={long: [8, 16, 32], table: [[1, 2, 3], [4, 5, 6], [7, 8, 9]]},
    )
    assert (
        f"        {long}: tuple[\n            int, ...\n        ] = (8, 16, 32),\n"
        f"        {table}: tuple[tuple[int, ...], ...] = (\n"
        "            (1, 2, 3),\n"
        "            (4, 5, 6),\n"
        "            (7, 8, 9),\n"
        "        ),\n"
    ) in code_of(loaded)
