"""`share`: modules used again, and parameters of several layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mlpgen import SpecError, api

from .networks import model, module, network

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

TIED = {"Linear": {"out_features": 8, "bias": False}, "share": "first"}
FIRST = {"Linear": {"out_features": 8, "bias": False}, "name": "first"}


def spec(*layers: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Net", "input": [8], "layers": list(layers), **more}


def said(data: dict[str, Any]) -> list[str]:
    """Return the codes and messages of a spec's mistakes and warnings."""
    try:
        return [f"{each.code} {each.message}" for each in network(data).warnings]
    except SpecError as error:
        return [f"{each.code} {each.message}" for each in error.diagnostics]


def counted(made: nn.Module) -> int:
    return sum(each.numel() for each in made.parameters())


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("count", [1, 2, 5, "${depth}"])
def test_all_rounds_have_the_weight_of_another_layer(count: Any, style: str) -> None:
    more = {"parameters": {"depth": 3}} if count == "${depth}" else {}
    loaded = network(spec(FIRST, "ReLU", {**TIED, "repeat": count}, **more))
    made = model(loaded, style)
    rounds = 3 if count == "${depth}" else count
    weight = made.first.weight
    assert len(made.linear_1) == rounds
    assert all(each.weight is weight for each in made.linear_1)
    assert loaded.graph.total_parameters == counted(made) == 64
    assert loaded.graph.total_multiply_adds == 64 * (1 + rounds)
    x = torch.randn(2, 8)
    wanted = F.relu(x @ weight.T)
    for _ in range(rounds):
        wanted = wanted @ weight.T
    assert torch.allclose(made(x), wanted)
    (gradient,) = torch.autograd.grad(wanted.sum(), weight)
    made(x).sum().backward()
    assert weight.grad is not None
    assert torch.allclose(weight.grad, gradient)


def test_rounds_share_only_what_all_of_them_have() -> None:
    odd = {"Linear": {"out_features": 8, "bias": "${index == 0}"}, "share": "first"}
    first = {"Linear": 8, "name": "first"}
    assert said(spec(first, {**odd, "repeat": 2})) == [
        "MG226 `share` with `repeat` would give each round the same parameters"
    ]


def test_a_size_that_grows_is_not_shared() -> None:
    grown = {"Linear": {"out_features": "${8 + index}", "bias": False}}
    found = said(spec(FIRST, {**grown, "share": "first", "repeat": 2}))
    assert found == [
        "MG226 `weight` is [9, 8] here and [8, 8] in `first`: only equal shapes can "
        "be shared"
    ]


def test_the_rounds_of_a_layer_are_no_one_layer() -> None:
    (found,) = said(spec({**FIRST, "repeat": 2}, TIED))
    assert found.startswith(
        "MG226 `first` has `repeat`: each of its rounds has its own"
    )


PAIR = {
    "input": ["p", "q"],
    "layers": [
        {"Linear": 4, "from": "p", "name": "one"},
        {"share": "one", "from": "q", "name": "two"},
        {"add": None, "from": ["one", "two"]},
    ],
}


def siamese(left: int, right: int) -> dict[str, Any]:
    return {
        "name": "Siamese",
        "input": {"a": [left], "b": [right]},
        "blocks": {"Pair": PAIR},
        "layers": [{"Pair": None, "from": ["a", "b"]}],
    }


@pytest.mark.parametrize("style", api.STYLES)
def test_a_layer_is_shared_between_two_inputs_of_a_block(style: str) -> None:
    loaded = network(siamese(4, 4))
    assert not loaded.warnings
    assert loaded.graph.total_parameters == 20
    made = model(loaded, style)
    assert list(made.state_dict()) == ["pair_1.one.weight", "pair_1.one.bias"]
    a, b = torch.randn(2, 3, 4)
    one = made.pair_1.one
    assert torch.allclose(made(a, b), one(a) + one(b))


def test_a_layer_is_not_shared_between_inputs_of_two_sizes() -> None:
    with pytest.raises(SpecError) as error:
        network(siamese(4, 5))
    (found,) = error.value.diagnostics
    assert found.code == "MG226"
    assert found.message == ("`one` was created with `in_features` 4, but here it is 5")


def test_each_use_of_a_block_has_its_own_sizes() -> None:
    data = siamese(4, 4)
    data["input"] |= {"c": [6], "d": [6]}
    data["layers"] = [
        {"Pair": None, "from": ["a", "b"], "name": "left"},
        {"Pair": None, "from": ["c", "d"], "name": "right"},
        {"add": None, "from": ["left", "right"]},
    ]
    assert network(data).graph.total_parameters == 20 + 28
    data["input"]["d"] = [5]
    assert [each[:5] for each in said(data)] == ["MG226"]


@pytest.mark.parametrize(
    "block",
    [
        {"layers": ["BatchNorm1d", {"Linear": 3}]},
        {"layers": [{"Linear": 8}, {"add": None, "from": ["linear_1", "input"]}]},
    ],
)
@pytest.mark.parametrize("shared", ["Inner", "Sequential", "rounds"])
def test_what_is_made_of_layers_is_shared_between_inputs(
    shared: str, block: Any
) -> None:
    entry = {
        "Inner": {"Inner": None},
        "Sequential": {"Sequential": ["BatchNorm1d", {"Linear": 8}]},
        "rounds": {"Linear": 8, "repeat": 3},
    }[shared]
    data = siamese(8, 8)
    data["blocks"] = {
        "Inner": block,
        "Pair": {**PAIR, "layers": [{**entry, "from": "p", "name": "one"}]},
    }
    data["blocks"]["Pair"]["layers"] += PAIR["layers"][1:]
    loaded = network(data)
    a, b = torch.randn(2, 3, 8)
    for style in api.STYLES:
        made = model(loaded, style).eval()
        one = made.pair_1.one
        assert torch.allclose(made(a, b), one(a) + one(b))
        assert counted(made) == loaded.graph.total_parameters


def test_sizes_that_are_equal_by_default_only_are_warned_of() -> None:
    layers: list[Any] = [
        {"Linear": "${width}", "from": "a", "name": "left"},
        {"Linear": 8, "from": "b", "name": "right"},
    ]
    data = siamese(4, 4)
    data["parameters"] = {"width": 8}
    uses = [{"Pair": None, "from": ["left", "right"]}]
    data["layers"] = [*layers, *uses]
    (found,) = said(data)
    assert found.startswith("MG316 `pair_1` fits only if `width` is `8`")
    one = {"Linear": 4, "from": "left", "name": "one"}
    data["layers"] = [*layers, one, {"share": "one", "from": "right"}]
    data["outputs"] = ["one", "share_1"]
    del data["blocks"]
    (found,) = said(data)
    assert found.startswith("MG316 `share_1` fits only if `width` is `8`")


def test_a_weight_of_equal_size_by_default_only_is_warned_of() -> None:
    last = {**TIED, "Linear": {"out_features": "${width}", "bias": False}}
    (found,) = said(spec(FIRST, last, parameters={"width": 8}))
    assert found.startswith("MG316 `linear_1` fits only if `width` is `8`")


@pytest.mark.parametrize("style", api.STYLES)
def test_a_pool_is_shared_like_any_module(style: str) -> None:
    pool = {"MaxPool2d": 2, "name": "pool"}
    loaded = network(spec(pool, "ReLU", {"share": "pool"}, input=[8, 8, 8]))
    assert not loaded.warnings
    made = model(loaded, style)
    x = torch.randn(3, 8, 8, 8)
    assert made(x).shape == (3, 8, 2, 2)
    assert torch.equal(made(x), F.max_pool2d(F.relu(F.max_pool2d(x, 2)), 2))
    assert isinstance(made, nn.Sequential) == (style == "sequential")


@pytest.mark.parametrize("style", api.STYLES)
def test_a_shared_layer_has_the_initial_values_of_the_other(style: str) -> None:
    init = {"weight": "zeros_", "bias": {"constant_": {"val": 2}}}
    loaded = network(
        spec(
            {"Linear": 8, "name": "one", "init": init}, {"share": "one", "from": "one"}
        )
    )
    made = model(loaded, style)
    assert torch.equal(made(torch.ones(2, 8)), torch.full((2, 8), 2.0))


@pytest.mark.parametrize("style", api.STYLES)
def test_a_tie_to_a_tied_layer_reaches_all_its_parameters(style: str) -> None:
    loaded = network(
        spec(
            FIRST,
            {"Linear": 8, "share": "first", "name": "second"},
            {"Linear": 8, "share": "second", "name": "third"},
        )
    )
    made = model(loaded, style)
    assert made.third.weight is made.first.weight
    assert made.third.bias is made.second.bias
    assert loaded.graph.total_parameters == counted(made) == 64 + 8


def test_messages_name_the_type_that_cannot_be_shared() -> None:
    tensor = {"parameter": {"shape": [8]}, "name": "scale"}
    used = {"mul": None, "from": ["input", "scale"]}
    assert said(spec(tensor, used, {"share": "scale"})) == [
        "MG226 `scale` is a tensor, which has no module to share"
    ]
    total = {"add": None, "from": ["input", "input"], "name": "total"}
    assert said(spec(total, {"share": "total"})) == [
        "MG226 `total` is a function, which has nothing to share"
    ]
    assert said(spec({**FIRST, "when": False}, "ReLU", {"share": "first"})) == [
        "MG226 `first` never runs, so there is no module to share"
    ]


def test_a_weight_has_its_initial_values_where_it_stands() -> None:
    both = {"Linear": 8, "share": "first", "init": {"weight": "zeros_"}}
    assert said(spec(FIRST, both)) == [
        "MG229 `init` of `weight` cannot be combined with `share`"
    ]
    both["init"] = {"bias": {"constant_": {"val": 3}}}
    loaded = network(spec({**FIRST, "init": {"weight": "eye_"}}, both))
    for style in api.STYLES:
        made = model(loaded, style)
        found = made(torch.ones(2, 8))
        assert torch.equal(found, torch.full((2, 8), 4.0))


def test_which_parameters_there_are_is_the_same_in_both() -> None:
    more = {"parameters": {"bias": True}}
    odd = {"Linear": {"out_features": 8, "bias": "${bias}"}, "name": "odd"}
    assert said(spec(odd, {"Linear": 8, "share": "odd"}, **more)) == [
        "MG226 `bias` depends on a parameter and differs in `odd`"
    ]
    same = {"Linear": {"out_features": 8, "bias": "${bias}"}, "share": "odd"}
    assert network(spec(odd, same, **more)).graph.total_parameters == 72


PARTS: dict[str, Any] = {
    "MultiheadAttention": {"num_heads": 2},
    "TransformerEncoderLayer": {"nhead": 2, "dim_feedforward": 8},
    "TransformerEncoder": {"nhead": 2, "num_layers": 2, "dim_feedforward": 8},
    "BatchNorm1d": {},
}


@pytest.mark.parametrize("repeat", [None, 2])
@pytest.mark.parametrize("type_", PARTS)
def test_all_parameters_of_a_layer_of_parts_are_shared(
    type_: str, repeat: int | None
) -> None:
    entry: Any = {type_: PARTS[type_]}
    tied = {**entry, "share": "first", "name": "second"}
    if repeat:
        tied["repeat"] = repeat
    loaded = network(spec({**entry, "name": "first"}, tied, input=[5, 8]))
    for style in api.STYLES:
        made = model(loaded, style)
        wanted = dict(made.first.named_parameters())
        for each in made.second if repeat else [made.second]:
            found = dict(each.named_parameters())
            assert found.keys() == wanted.keys()
            assert all(found[name] is wanted[name] for name in wanted)
        assert loaded.graph.total_parameters == counted(made)
        assert made(torch.randn(2, 5, 8)).shape == (2, 5, 8)


def test_ties_are_expert_code(tmp_path: Path, gathered: Gathered) -> None:
    """With names that fill a line, and with names that loops use."""
    name = "a_layer_with_quite_a_long_name"
    layers: list[Any] = [
        {"GRU": 8, "select": "output", "name": name},
        {"GRU": 8, "select": "output", "share": name, "name": f"{name}_2"},
    ]
    for type_ in ("MultiheadAttention", "TransformerEncoder"):
        entry: Any = {type_: PARTS[type_]}
        layers += [
            {**entry, "name": f"first_{type_.lower()}"},
            {**entry, "share": f"first_{type_.lower()}"},
            {**entry, "share": f"first_{type_.lower()}", "repeat": "${layer}"},
        ]
    init = {"layers.1.linear1.weight": "zeros_"}
    layers.append({"TransformerEncoder": PARTS["TransformerEncoder"], "init": init})
    linear = {"Linear": {"out_features": 8, "bias": "${name}"}, "when": "${path}"}
    layers.append({**linear, "init": {"weight": "eye_", "bias": "ones_"}})
    parameters = {"layer": 2, "path": True, "name": True}
    loaded = network(spec(*layers, input=[5, 8], parameters=parameters))
    for style in api.STYLES:
        text = api.render(loaded, style)["net.py"]
        (tmp_path / "net.py").write_text(text, encoding="utf-8")
        gathered.take(tmp_path)
        made = module(text).Net(layer=3, path=True, name=False)
        assert made(torch.randn(2, 5, 8)).shape == (2, 5, 8)
        assert made(torch.randn(2, 5, 8)).isfinite().all()


def test_a_layer_of_parts_is_shared_whole() -> None:
    entry: Any = {"TransformerEncoder": PARTS["TransformerEncoder"]}
    less = {"TransformerEncoder": {**PARTS["TransformerEncoder"], "num_layers": 1}}
    found = said(
        spec({**entry, "name": "first"}, {**less, "share": "first"}, input=[5, 8])
    )
    assert found == [
        "MG226 several modules in one layer are shared whole: `TransformerEncoder` has "
        "no `layers.1.linear1.bias`"
    ]


@pytest.mark.parametrize("repeat", [{}, {"repeat": 2}])
@pytest.mark.parametrize("type_", ["Linear", "GRU", "LayerNorm"])
def test_parameters_that_may_not_be_there_are_shared_if_they_are(
    type_: str, repeat: dict[str, Any]
) -> None:
    sizes: Any = {"Linear": {"out_features": 8}, "GRU": {"hidden_size": 8}}
    entry: Any = {type_: {**sizes.get(type_, {}), "bias": "${bias}"}}
    if type_ == "GRU":
        entry["select"] = "output"
    layers = [{**entry, "name": "first"}, {**entry, **repeat, "share": "first"}]
    more = {"input": [5, 8], "parameters": {"bias": True}}
    for style in api.STYLES:
        found = module(api.render(network(spec(*layers, **more)), style)["net.py"])
        for bias in (True, False):
            made = found.Net(bias=bias)
            assert counted(made) == counted(made.first)
            assert any("bias" in name for name in made.state_dict()) == bias
            assert made(torch.randn(2, 5, 8)).shape == (2, 5, 8)
    more["parameters"] = {"bias": False}
    assert said(spec(*layers, **more)) == [
        "MG226 `share` needs a `bias` that is true by default"
    ]


INNER = {
    "layers": [{"Linear": {"out_features": "${width}", "bias": False}, "name": "lin"}],
    "parameters": {"width": 8},
}
OUTER = {
    "layers": [{"Inner": {"width": "${2 * part}"}, "name": "inner"}, "ReLU"],
    "parameters": {"part": 4},
}
INSIDE: dict[str, tuple[list[Any], str]] = {
    "a block": ([{"Inner": {"width": 8}, "name": "body"}], "body.lin"),
    "blocks in blocks": (
        [{"Outer": {"part": "${part}"}, "name": "out"}],
        "out.inner.lin",
    ),
    "a Sequential": (
        [
            {
                "Sequential": [
                    {"Linear": {"out_features": 8, "bias": False}, "name": "lin"},
                    "ReLU",
                ],
                "name": "chain",
            }
        ],
        "chain.lin",
    ),
    "a block that is used again": (
        [{"Inner": {"width": 8}, "name": "body"}, {"share": "body", "name": "again"}],
        "again.lin",
    ),
}


def inside(*layers: Any, **more: Any) -> dict[str, Any]:
    blocks = {"Inner": INNER, "Outer": OUTER}
    used = str(layers)
    kept = {name: blocks[name] for name in blocks if name in used or "Outer" in used}
    return spec(*layers, blocks=kept, **more) if kept else spec(*layers, **more)


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("place", INSIDE)
def test_a_layer_has_the_weight_of_one_inside(place: str, style: str) -> None:
    layers, owner = INSIDE[place]
    head = {"Linear": {"out_features": 8, "bias": False}, "name": "head"}
    more = {"parameters": {"part": 4}} if "part" in str(layers) else {}
    loaded = network(inside(*layers, {**head, "share": owner}, **more))
    made = model(loaded, style)
    name = owner.replace("again", "body")
    assert made.head.weight is made.get_parameter(f"{name}.weight")
    assert loaded.graph.total_parameters == counted(made) == 64


WRONG_INSIDE: list[tuple[Any, str, str]] = [
    (
        {"Inner": {"width": 8}},
        "body.line",
        "MG219 `share`: there is no layer `line` in `body`",
    ),
    (
        {"Inner": {"width": 8}},
        "body.lin.weight",
        "MG219 `share`: there is no layer `weight` in",
    ),
    (
        {"Inner": {"width": 8}},
        "boy.lin",
        "MG219 `share`: there is no layer `boy` before",
    ),
    ({"Inner": {"width": 8}}, "body.", "MG219 `share`: there is no layer `` in `body`"),
    ({"Inner": {"width": 8}, "repeat": 2}, "body.lin", "MG226 `body` has `repeat`"),
    (
        {"Inner": {"width": 9}},
        "body.lin",
        "MG226 `weight` is [8, 8] here and [9, 8] in",
    ),
    (
        {"Sequential": [{"Linear": 8, "name": "lin", "repeat": 2}]},
        "body.lin",
        "MG226 `body.lin` has `repeat`",
    ),
]


@pytest.mark.parametrize(("layer", "owner", "wanted"), WRONG_INSIDE)
def test_a_wrong_name_inside_is_named(layer: Any, owner: str, wanted: str) -> None:
    head = {"Linear": {"out_features": 8, "bias": False}, "share": owner}
    found = said(inside({**layer, "name": "body"}, {**head, "from": "input"}))
    assert [each for each in found if each.startswith(wanted)], found


def test_other_values_of_what_is_tied_inside_are_seen() -> None:
    """The width inside follows from `part`, that of the head does not."""
    layers, owner = INSIDE["blocks in blocks"]
    head = {"Linear": {"out_features": 8, "bias": False}, "share": owner}
    data = inside(*layers, {**head, "from": "input"}, parameters={"part": 4})
    assert "MG316" in [each[:5] for each in said(data)]
