"""What breaks, for each kind of change: code, weights, values; and what does not."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen.changes.breaks import breaks
from mlpgen.changes.differences import differences
from tests.changes.edit_cases import cases
from tests.changes.judgement import judged
from tests.examples import examples
from tests.networks import network

if TYPE_CHECKING:
    from mlpgen.changes.reasons import Category

BASE: dict[str, Any] = {
    "name": "Net",
    "parameters": {"width": 6, "depth": 2},
    "input": {"picture": [3, 8, 8]},
    "layers": [
        {"Conv2d": {"out_channels": "${width}", "kernel_size": 3}, "name": "conv"},
        {"BatchNorm2d": None, "name": "bn"},
        {"ReLU": None, "name": "act"},
        {"Flatten": None},
        {"Dropout": 0.5, "name": "drop"},
        {"Linear": 4, "name": "hidden", "repeat": "${depth}"},
        {"Linear": 4, "name": "logits"},
        {"Softmax": {"dim": 1}, "name": "probas"},
    ],
    "outputs": ["logits", "probas"],
}
AT = {each["name"]: at for at, each in enumerate(BASE["layers"]) if "name" in each}
MAY = ": the same weights may give other outputs"
LATER = ": weights that are migrated may give other outputs"


def changed(**layers: Any) -> dict[str, Any]:
    """Return the spec with other layers, by name; None removes one."""
    data = copy.deepcopy(BASE)
    for name, entry in layers.items():
        data["layers"][AT[name]] = entry
    data["layers"] = [each for each in data["layers"] if each is not None]
    return data


def told(data: dict[str, Any], old: dict[str, Any] | None = None) -> list[str]:
    """Return what breaks: `c`, `w` or `v`, and why."""
    found = breaks(network(old or BASE), network(data))
    return [
        f"{each.category[0]} {each.message}".replace(MAY, "").replace(LATER, "")
        + " (training)" * each.training
        for each in found
    ]


CONV = BASE["layers"][AT["conv"]]
CODE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "another class": (
        {"name": "Other"},
        [
            "c the class is `Other`, no longer `Net`",
            "c the module is `other`, no longer `net`",
        ],
    ),
    "an argument renamed": (
        {
            "parameters": {"channels": 6, "depth": 2},
            "layers": [
                {"Conv2d": {"out_channels": "${channels}", "kernel_size": 3}, **NAME}
                for NAME in [{"name": "conv"}]
            ]
            + BASE["layers"][1:],
        },
        ["c the argument `width` of `Net` is now `channels`"],
    ),
    "an argument gone": (
        {
            "parameters": {"depth": 2},
            "layers": [
                {"Conv2d": {"out_channels": 6, "kernel_size": 3}, "name": "conv"},
                *BASE["layers"][1:],
            ],
        },
        ["c `Net` has no argument `width` any more"],
    ),
    "arguments in another order": (
        {"parameters": {"depth": 2, "width": 6}},
        [
            "c the argument `width` of `Net` has another position: now (depth, width), "
            "before (width, depth)"
        ],
    ),
    "an input renamed": (
        {"input": {"image": [3, 8, 8]}},
        ["c the inputs are `image`, no longer `picture`"],
    ),
    "an output fewer": (
        {"outputs": ["logits"], "layers": BASE["layers"][:-1]},
        ["c `forward` returns a tensor, no longer 2 tensors"],
    ),
    "outputs in another order": (
        {"outputs": ["probas", "logits"]},
        [
            "c the outputs are `probas`, `logits`, no longer `logits`, `probas`",
            "v `forward` returns `probas`, no longer `logits`",
            "v `forward` returns `logits`, no longer `probas`",
        ],
    ),
}


@pytest.mark.parametrize(("keys", "wanted"), CODE.values(), ids=CODE)
def test_what_breaks_code(keys: dict[str, Any], wanted: list[str]) -> None:
    assert told({**copy.deepcopy(BASE), **keys}) == wanted


def test_an_input_of_another_shape_or_dtype() -> None:
    old = {"name": "Net", "input": [8], "layers": ["ReLU"]}
    wanted = ["the input `input` is (N, 9), no longer (N, 8)"]
    wanted.append("the output is (N, 9), no longer (N, 8)")
    assert told({**old, "input": [9]}, old) == [f"c {each}" for each in wanted]


def test_a_size_that_becomes_free_breaks_nothing() -> None:
    fixed = {"name": "Net", "input": [8, 4], "layers": [{"Linear": 4}]}
    free = {**fixed, "input": ["length", 4], "sizes": {"length": 8}}
    assert told(free, fixed) == []
    wanted = "the input `input` has fixed sizes now: (N, 8, 4)"
    assert told(fixed, free) == [f"c {wanted}"]


WEIGHTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "wider": (
        {"logits": {"Linear": 5, "name": "logits"}},
        [
            "c output 1, `logits`, is (N, 5), no longer (N, 4)",
            "c output 2, `probas`, is (N, 5), no longer (N, 4)",
            "w `logits.weight` is [5, 4], no longer [4, 4]; `logits.bias` is [5], no "
            "longer [4]",
        ],
    ),
    "renamed": (
        {"bn": {"BatchNorm2d": None, "name": "norm"}},
        [
            "w `bn` is now `norm`: the keys `norm.weight`, `norm.bias`, "
            "`norm.running_mean` and 2 more have other names"
        ],
    ),
    "without a bias": (
        {"logits": {"Linear": {"out_features": 4, "bias": False}, "name": "logits"}},
        [
            "w an old checkpoint has `logits.bias`, which `logits` has no more",
            "v `bias` of `logits` is `False`, no longer `True`",
        ],
    ),
    "a layer gone": (
        {"bn": None},
        [
            "w an old checkpoint has `bn.weight`, `bn.bias`, `bn.running_mean` and 2 "
            "more of `bn`, which is gone",
            "v `bn` (BatchNorm2d) is gone",
        ],
    ),
    "one more round": (
        {"hidden": {"Linear": 4, "name": "hidden", "repeat": 3}},
        [
            "w `hidden` has 3 rounds, no longer 2: an old checkpoint lacks "
            "`hidden.2.weight`, `hidden.2.bias`",
            "v `hidden` has 3 rounds, no longer 2",
        ],
    ),
}


@pytest.mark.parametrize(("layers", "wanted"), WEIGHTS.values(), ids=WEIGHTS)
def test_what_breaks_checkpoints(layers: dict[str, Any], wanted: list[str]) -> None:
    data, old = changed(**layers), copy.deepcopy(BASE)
    if "repeat" in str(layers):
        data["parameters"] = {"width": 6}
        old["parameters"] = {"width": 6}
        old["layers"][AT["hidden"]]["repeat"] = 2
    assert told(data, old) == wanted


def test_weights_that_do_not_fit_leave_no_values_to_compare() -> None:
    """Alone, `values` says so, once; beside `weights`, only what else may differ."""
    both = changed(logits={"Linear": 5, "name": "logits"})
    misfit = "the old weights do not fit: there are no outputs to compare"

    def values(data: dict[str, Any], *categories: Category) -> list[str]:
        found = breaks(network(BASE), network(data), categories)
        return [each.message for each in found if each.category == "values"]

    assert values(both, "values") == [misfit]
    assert values(both, "weights", "values") == []
    both["layers"][AT["act"]] = {"GELU": None, "name": "act"}
    assert values(both, "values") == [
        misfit,
        f"`act` is `GELU`, no longer `ReLU`{LATER}",
    ]


def test_rounds_of_a_block_are_one_reason_at_their_line() -> None:
    """However many layers a round has, and however often the block is used."""
    inner = [{"Linear": 4, "name": "fc"}, "BatchNorm1d", "ReLU"]
    old: dict[str, Any] = {
        "name": "Net",
        "input": [4],
        "blocks": {
            "Round": {"layers": inner},
            "Stage": {"layers": [{"Round": None, "repeat": 2, "name": "rounds"}]},
        },
        "layers": [{"Stage": None, "name": "a"}, {"Stage": None, "name": "b"}],
    }
    new = copy.deepcopy(old)
    new["blocks"]["Stage"]["layers"][0]["repeat"] = 3
    for one, other, counts in ((old, new, (3, 2)), (new, old, (2, 3))):
        found = breaks(network(one), network(other))
        what = "`a.rounds`, `b.rounds` have {} rounds, no longer {}".format(*counts)
        assert [each.category for each in found] == ["weights", "values"]
        assert all(each.message.startswith(what) for each in found)
        assert len({each.place for each in found}) == 1


VALUES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "another activation": (
        {"act": {"GELU": None, "name": "act"}},
        ["v `act` is `GELU`, no longer `ReLU`"],
    ),
    "another eps": (
        {"bn": {"BatchNorm2d": {"eps": 0.001}, "name": "bn"}},
        ["v `eps` of `bn` is `0.001`, no longer `1e-05`"],
    ),
    "an activation more": (
        {"logits": {"Sequential": ["Tanh", {"Linear": 4}], "name": "logits"}},
        [
            "w `logits` is now `logits.linear_1`: the keys `logits.linear_1.weight`, "
            "`logits.linear_1.bias` have other names",
            "v `logits.tanh_1` (Tanh) is new",
        ],
    ),
    "another chance of dropout": (
        {"drop": {"Dropout": 0.1, "name": "drop"}},
        ["v `p` of `drop` is `0.1`, no longer `0.5` in training (training)"],
    ),
    "no dropout": (
        {"drop": None},
        ["v `drop` (Dropout) is gone in training (training)"],
    ),
    "other statistics in training": (
        {"bn": {"BatchNorm2d": {"momentum": 0.5}, "name": "bn"}},
        [],
    ),
    "other initial values": (
        {"conv": {**CONV, "init": {"weight": {"normal_": {"std": 0.1}}}}},
        [],
    ),
}


@pytest.mark.parametrize(("layers", "wanted"), VALUES.values(), ids=VALUES)
def test_what_may_change_outputs(layers: dict[str, Any], wanted: list[str]) -> None:
    assert told(changed(**layers)) == wanted


COSMETIC: dict[str, dict[str, Any]] = {
    "an activation renamed": {"act": {"ReLU": None, "name": "activation"}},
    "a function for a module": {"act": {"relu": None, "name": "act"}},
    "in place": {"act": {"ReLU": {"inplace": True}, "name": "act"}},
    "an expression": {
        "conv": {
            "Conv2d": {"out_channels": "${width * 2 // 2}", "kernel_size": [3, 3]},
            "name": "conv",
        }
    },
    "a default": {"bn": {"BatchNorm2d": {"eps": 1e-5}, "name": "bn"}},
    "a dimension from the end": {"probas": {"Softmax": {"dim": -1}, "name": "probas"}},
    "a ReLU done twice": {
        "act": {"Sequential": ["ReLU", "ReLU"], "name": "act"},
    },
    "a layer that does nothing": {
        "act": {"Sequential": ["ReLU", "Identity"], "name": "act"}
    },
    "rounds pasted": {
        "hidden": {
            "Sequential": [{"Linear": 4}, {"Linear": 4}],
            "name": "hidden",
            "numbered": True,
        }
    },
}


@pytest.mark.parametrize("layers", COSMETIC.values(), ids=COSMETIC)
def test_what_breaks_nothing(layers: dict[str, Any]) -> None:
    data, old = changed(**layers), copy.deepcopy(BASE)
    if "hidden" in layers:  # the argument that counted the rounds is gone
        for each in (data, old):
            each["parameters"] = {"width": 6}
        old["layers"][AT["hidden"]]["repeat"] = 2
    assert told(data, old) == []


def test_a_rearrangement_after_an_activation() -> None:
    """An elementwise function does the same before and after it."""
    layers = [{"Conv2d": {"out_channels": 2, "kernel_size": 1}, "name": "c"}]
    one, other = (
        {"name": "Net", "input": [3, 4, 4], "layers": layers + order}
        for order in (["GELU", "Flatten"], ["Flatten", "GELU"])
    )
    assert told(other, one) == []
    pool = {"MaxPool2d": 2}
    one, other = (
        {"name": "Net", "input": [3, 4, 4], "layers": layers + order}
        for order in (["ReLU", pool], [pool, "ReLU"])
    )
    assert told(other, one) == []


def test_a_selection_after_a_layer_of_rows() -> None:
    """Each row is computed for itself, so that the others may as well be left out."""
    spec = {"name": "Net", "input": [5, 8, 8]}
    norm: dict[str, Any] = {"LayerNorm": None, "name": "norm"}
    whole = {"LayerNorm": {"normalized_shape": [8, 8]}, "name": "norm"}
    choose = {"select": {"dim": 2, "index": 0}}
    for layer in ({"Linear": 4, "name": "head"}, norm):
        one, other = (
            {**spec, "layers": order} for order in ([layer, choose], [choose, layer])
        )
        assert told(other, one) == []
    one = {**spec, "layers": [whole, choose]}
    other = {**spec, "layers": [choose, norm]}
    assert "v" in {each[0] for each in told(other, one)}


def test_draws() -> None:
    """With the same seed, the same numbers are drawn: their order counts."""
    head = {"Linear": 8, "name": "fc"}
    one, other = (
        {"name": "Net", "input": [8], "layers": [head, *order]}
        for order in (["ReLU", "Dropout"], ["Dropout", "ReLU"])
    )
    assert told(other, one) == []
    twice = {**one, "layers": ["Dropout", head, "ReLU", "Dropout"]}
    assert told(twice, one) == [
        "v `dropout_1` (Dropout) is new in training (training)",
    ]


def test_blocks_leave_no_trace() -> None:
    """A block that is renamed, or is no block any more, keeps what it computes."""
    inner = [{"Linear": 8, "name": "fc"}, "ReLU"]
    block = {"name": "Net", "input": [8], "layers": [{"Body": None, "name": "body"}]}
    one = {**block, "blocks": {"Body": {"layers": inner}}}
    renamed = {
        **one,
        "blocks": {"Trunk": {"layers": inner}},
        "layers": [{"Trunk": None, "name": "body"}],
    }
    chain = {**block, "layers": [{"Sequential": inner, "name": "body"}]}
    assert told(renamed, one) == told(chain, one) == []


def test_sources() -> None:
    """Another source, or another order of sources, unless that is the same."""
    layers: list[Any] = [
        {"Linear": 8, "name": "a"},
        {"Linear": 8, "name": "b"},
        {"sub": None, "from": ["a", "b"], "name": "both"},
    ]
    old = {"name": "Net", "input": [8], "layers": layers}
    turned = [*layers[:2], {"sub": None, "from": ["b", "a"], "name": "both"}]
    assert told({**old, "layers": turned}, old) == [
        "v `both` takes `b`, `a`, no longer `a`, `b`"
    ]
    beside = [layers[0], {**layers[1], "from": "input"}, layers[2]]
    wanted = ["v `b` takes `input`, no longer `a`"]
    assert told({**old, "layers": beside}, old) == wanted
    one, other = (
        {**old, "layers": [*layers[:2], {"add": None, "from": sources}]}
        for sources in (["a", "b"], ["b", "a"])
    )
    assert told(other, one) == []


def test_tied_weights() -> None:
    """Untied weights load what was tied; tied ones cannot hold what was not."""
    layers = [{"Linear": 8, "name": "a"}, {"Linear": 8, "name": "b"}]
    untied = {"name": "Net", "input": [8], "layers": layers}
    tied = {**untied, "layers": [layers[0], {**layers[1], "share": "a"}]}
    assert told(untied, tied) == []
    assert told(tied, untied) == ["v it computes otherwise"]


@examples(6, 400)
def test_random_edits(examples: int) -> None:
    """Each prediction about weights is right, and no change of outputs is missed."""
    rng = random.Random(4)
    wrong = {
        (case.origin, case.edit.kind): judged(case.edit.old, case.edit.new).wrong
        for case in cases(rng, examples, zoo=examples > 50)
    }
    assert {*wrong.values()} <= {"", "alarm"}, wrong
    assert [*wrong.values()].count("alarm") <= 1 + examples // 20


LSTM: dict[str, Any] = {"LSTM": 4, "name": "r"}
CHUNK: dict[str, Any] = {"chunk": {"chunks": 2, "dim": -1, "names": ["a", "b"]}}
RENAMED: dict[str, Any] = {"chunk": {"chunks": 2, "dim": -1, "names": ["u", "v"]}}


def sequence(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Net", "input": [5, 8], "layers": [*layers], **more}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (sequence({**LSTM, "select": "hidden"}), sequence({**LSTM, "select": "cell"})),
        (
            sequence({**LSTM, "select": "last"}, {"Linear": 3}),
            sequence({**LSTM, "select": "cell"}, {"Linear": 3}),
        ),
        (sequence(LSTM, outputs=["r.cell"]), sequence(LSTM, outputs=["r.hidden"])),
        (
            sequence({**CHUNK, "select": "a"}, {"Linear": 3}),
            sequence({**CHUNK, "select": "b"}, {"Linear": 3}),
        ),
    ],
    ids=str,
)
def test_another_part_of_a_result_is_told(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert any(each.startswith("v ") for each in told(new, old))
    assert not differences(network(old), network(new), ("a", "b")).equal
    assert told(old, old) == told(new, new) == []


def test_the_same_part_by_another_name_is_the_same() -> None:
    old = sequence({**LSTM, "select": "cell"}, {"Linear": 3})
    assert told(sequence(LSTM, {"Linear": 3, "from": "r.cell"}), old) == []
    old = sequence({**CHUNK, "select": "a"}, {"Linear": 3})
    assert told(sequence({**RENAMED, "select": "u"}, {"Linear": 3}), old) == []


NEUTRAL = [{"mul": 1}, {"div": 1.0}, {"add": 0}, {"sub": 0}, {"MaxPool2d": 1}]
TELLING = [{"mul": 2}, {"add": 1}, {"sub": {"input": 0}}]


@pytest.mark.parametrize("entry", [*NEUTRAL, *TELLING], ids=str)
def test_what_returns_its_input_is_no_change(entry: dict[str, Any]) -> None:
    old, new = (
        {"name": "Net", "input": [3, 8, 8], "layers": [{"ReLU": None}, *more]}
        for more in ([], [entry])
    )
    assert bool(told(new, old)) == (entry in TELLING)
