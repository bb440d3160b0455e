"""Every pair of keys beside a type, for every kind of entry, in every place.

The tables have the refused pairs with their codes. All others work: they are rendered
in both styles, run and proved, and the result differs if a key is removed.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from functools import lru_cache
from itertools import combinations, pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen import SpecError, api
from mlpgen.proof.checks.main import _checks
from mlpgen.spec.entries import ENTRY_KEYS

from .networks import network_of, subject_of

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Diagnostic

Keys = dict[str, Any]
PACKED = "layer of packed sequences"

KINDS: dict[str, Any] = {
    "layer": {"Linear": {"out_features": 8}},
    "layer without parameters": {"MaxPool1d": {"kernel_size": 1}},
    "layer of several results": {"GRU": 8},
    PACKED: {
        "GRU": {"hidden_size": 8, "lengths": True},
        "from": ["reader", "lengths"],
    },
    "function": {"add": 1},
    "function of several results": {"chunk": {"chunks": 2, "dim": -1}},
    "parameter": {"parameter": {"shape": [5, 8]}},
    "buffer": {"buffer": {"shape": [5, 8]}},
    "new tensor": {"arange": 8},
    "block without inputs": {"Table": None},
    "computed buffer": {"buffer": {"layers": [{"ones": [5, 8]}, "exp"]}},
    "block": {"Inner": None},
    "block of several results": {"Two": None},
    "Sequential": {"Sequential": [{"Linear": 8}, "ReLU"]},
    "custom": {"custom": {"path": "own_layers.py", "class": "Own", "parameters": 1}},
    "share": {},
    "layer by a parameter": {"${kind}": {"out_features": 8}},
    "layer of several results by a parameter": {"${kind}": 8},
    "block by a parameter": {"${kind}": None},
}
BY_A_PARAMETER = {
    "layer by a parameter": "Linear",
    "layer of several results by a parameter": "GRU",
    "block by a parameter": "Inner",
}
"""The value of the parameter `kind`."""
RARE = {*BY_A_PARAMETER, PACKED}
"""Kinds that wait for the exhaustive tests."""
VALUES: Keys = {
    "name": "named",
    "from": "input",
    "repeat": 2,
    "when": "${wide}",
    "else": "first",
    "select": "last",
    "share": "first",
    "init": {"bias": "ones_"},
    "parametrize": "weight_norm",
    "numbered": True,
    "names": "round_${index}",
    "batch_dims": 2,
    "unused": True,
}
UNUSED: dict[str, Keys] = {
    "layer": {"Linear": {"in_features": 8, "out_features": 8}},
    "layer of several results": {"GRU": {"input_size": 8, "hidden_size": 8}},
    "Sequential": {
        "Sequential": [{"Linear": {"in_features": 8, "out_features": 8}}, "ReLU"]
    },
}
"""Kinds whose sizes are given where nothing flows into them."""
RUNS = ("from", "repeat", "names", "when", "else", "select", "batch_dims")
"""Keys that say how a layer runs."""
OTHERS: dict[str, Keys] = {
    "layer of several results": {"share": "reader", "init": {"bias_ih_l0": "ones_"}},
    PACKED: {
        "from": ["steps", "lengths"],
        "share": "reader",
        "init": {"bias_ih_l0": "ones_"},
    },
    "function of several results": {"select": "second"},
    "block of several results": {"select": "second", "init": {"biases": "ones_"}},
    "block": {"init": {"matrices": "xavier_uniform_"}},
    "block without inputs": {"init": {"matrices": "ones_"}},
    "Sequential": {"init": {"matrices": "ones_", "biases": "zeros_"}},
}
OTHERS["block by a parameter"] = OTHERS["block"]
OTHERS["layer of several results by a parameter"] = OTHERS["layer of several results"]
"""Special values for some kinds."""

REFUSED: dict[str, dict[str, str]] = {
    "layer": {"select": "MG219"},
    "layer without parameters": {
        "select": "MG219",
        "share": "MG226",
        "init": "MG229",
        "parametrize": "MG229",
    },
    "layer of several results": {
        "when": "MG225",
        "else": "MG225",
        "parametrize": "MG229",
    },
    "function": {
        "repeat": "MG221",
        "select": "MG219",
        "share": "MG226",
        "init": "MG229",
        "parametrize": "MG229",
    },
    "function of several results": {
        "repeat": "MG221",
        "when": "MG225",
        "else": "MG225",
        "share": "MG226",
        "init": "MG229",
        "parametrize": "MG229",
    },
    "parameter": {
        "from": "MG314",
        "repeat": "MG221",
        "when": "MG225",
        "else": "MG225",
        "select": "MG219",
        "share": "MG226",
        "init": "MG229",
        "parametrize": "MG229",
        "batch_dims": "MG254",
    },
    "block": {"select": "MG219", "share": "MG226", "parametrize": "MG229"},
    "block without inputs": {
        "from": "MG314",
        "repeat": "MG221",
        "when": "MG225",
        "else": "MG225",
        "select": "MG219",
        "share": "MG226",
        "parametrize": "MG229",
        "batch_dims": "MG254",
    },
    "block of several results": {
        "when": "MG225",
        "else": "MG225",
        "share": "MG226",
        "parametrize": "MG229",
    },
    "Sequential": {"select": "MG219", "share": "MG226", "parametrize": "MG229"},
    "share": {
        "repeat": "MG221",
        "when": "MG226",
        "else": "MG225",
        "select": "MG219",
        "init": "MG229",
        "parametrize": "MG229",
    },
}
for each in ("buffer", "computed buffer", "new tensor"):
    REFUSED[each] = {**REFUSED["parameter"]}
REFUSED["custom"] = {**REFUSED["Sequential"], "init": "MG229"}
REFUSED[PACKED] = {**REFUSED["layer of several results"]}
for each in BY_A_PARAMETER:
    REFUSED[each] = {**REFUSED[each.removesuffix(" by a parameter")]}
for each in KINDS:
    takes = ("layer", "layer without parameters", "layer of several results", "buffer")
    takes += ("parameter", "computed buffer", "Sequential", "share", PACKED)
    if each not in takes:
        REFUSED.setdefault(each, {})["unused"] = "MG255"
    if each != "Sequential":
        REFUSED.setdefault(each, {})["numbered"] = "MG250"
    if "repeat" in REFUSED.get(each, {}):
        REFUSED[each]["names"] = "MG251"
"""Keys that a kind of entry cannot have."""

CONTRADICTIONS: dict[frozenset[str], str] = {
    frozenset({"init", "repeat"}): "MG229",
    frozenset({"init", "parametrize"}): "MG229",
    frozenset({"share", "parametrize"}): "MG229",
    frozenset({"share", "when"}): "MG226",
}
"""Keys that a layer, which can have each of them, cannot have together."""

IN_A_CHAIN: dict[str, str] = {
    "from": "MG220",
    "share": "MG220",
    "else": "MG220",
    "init": "MG229",
    "unused": "MG255",
}
"""Keys that no entry of a `Sequential` can have."""
SEVERAL = {
    "layer of several results",
    "layer of several results by a parameter",
    PACKED,
    "function of several results",
    "block of several results",
}
TENSORS = {
    "parameter": "parameter_1",
    "buffer": "buffer_1",
    "computed buffer": "buffer_1",
    "new tensor": "arange_1",
    "block without inputs": "table_1",
}
"""Kinds of entries that take nothing, with the name of the first."""
NO_LINKS = {*SEVERAL, *TENSORS, "share"}
"""Kinds of entries that a `Sequential` cannot hold at all."""

NO_MODULES = ("function", "function of several results", "share")
NO_MEMBERS = {*NO_MODULES, *TENSORS} - {"block without inputs"}
"""Kinds of entries that no list can hold."""

MEMBER = "ways.named"
"""The name of an entry that a dictionary holds."""
PLACES = (
    "model",
    "block",
    "list",
    "Sequential",
    "numbered Sequential",
    "rounds of a Sequential",
)
PAIRS = [*combinations(VALUES, 2)]
TRIPLES = [
    ("share", "repeat", "when"),
    ("repeat", "init", "parametrize"),
    ("share", "init", "from"),
    ("share", "repeat", "from"),
    ("share", "repeat", "select"),
    ("share", "init", "select"),
    ("repeat", "when", "parametrize"),
    ("repeat", "when", "select"),
    ("when", "init", "name"),
    ("when", "else", "repeat"),
    ("when", "else", "from"),
    ("when", "else", "init"),
    ("when", "else", "parametrize"),
    ("when", "else", "name"),
    *(("repeat", "names", key) for key in VALUES if key not in ("repeat", "names")),
]


class Own(nn.Module):
    """The class in the custom file."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale


@pytest.fixture(autouse=True)
def own_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    file = ModuleType("own_layers")
    vars(file)["Own"] = Own
    monkeypatch.setitem(sys.modules, "own_layers", file)


def entry_of(kind: str, keys: tuple[str, ...]) -> Keys:
    """Write an entry with some keys; a `share` entry always has its key."""
    values = VALUES | OTHERS.get(kind, {})
    given = {key: values[key] for key in keys}
    written = UNUSED.get(kind, KINDS[kind]) if "unused" in keys else KINDS[kind]
    return {**written, **given, **({"share": "first"} if kind == "share" else {})}


def spec_of(entry: Keys, place: str, kind: str) -> Keys:
    """Put an entry into a spec, after layers that it can name.

    One that sees more examples gets them, with a size of 1 in front.
    """
    first = {"Linear": {"out_features": 8, "bias": False}, "name": "first"}
    reader: Keys = {"Tanh": None, "name": "reader"}
    if kind.startswith("layer of several results"):  # which share it
        reader = {"GRU": 8, "name": "reader", "select": "output"}
        reader |= {"batch_dims": 2} if "batch_dims" in entry else {}
    packed = kind == PACKED
    if packed:
        first["from"] = "steps"
        reader = {**KINDS[kind], "from": ["first", "lengths"], "select": "output"}
        reader["name"] = "reader"
        reader |= {"batch_dims": 2} if "batch_dims" in entry else {}
    if place == "list":
        entry = {**entry, "name": MEMBER}
    made = [first, reader, entry]
    if place.endswith("Sequential"):
        repeat = {"repeat": 3} if place.startswith("rounds") else {}
        numbered = {"numbered": True} if place.startswith("numbered") else {}
        made = [first, reader, {"Sequential": [entry, "Tanh"], **repeat, **numbered}]
    if kind in TENSORS and "unused" not in entry:
        name = entry.get("name", TENSORS[kind])
        made.append({"mul": None, "from": [name, "reader"]})
    two = [{"Linear": 8, "name": "one"}, {"Linear": 8, "name": "second"}]
    blocks = {
        "Inner": {
            "layers": [{"Linear": 8}, {"add": None, "from": ["linear_1", "input"]}]
        },
        "Table": {"layers": [{"parameter": {"shape": [5, 8], "init": "ones_"}}]},
        "Two": {"layers": two, "outputs": ["one", "second"]},
    }
    text = json.dumps(made) + f'"{BY_A_PARAMETER.get(kind)}"'
    blocks = {name: each for name, each in blocks.items() if f'"{name}"' in text}
    shape = [1, 5, 8] if "batch_dims" in entry else [5, 8]
    data = {"name": "Net", "input": shape, "parameters": {"wide": True}}
    if packed:
        data["input"] = {
            "steps": shape,
            "lengths": {"shape": shape[:-2], "dtype": "int64"},
        }
    if '"${wide}"' not in text:
        data["parameters"] = {}
    if kind in BY_A_PARAMETER:
        data["parameters"]["kind"] = BY_A_PARAMETER[kind]
    if place == "block":
        holder = {"layers": made, "parameters": data["parameters"]}
        blocks["Holder"] = holder
        given = "input"
        if packed:
            given = holder["input"] = [*data["input"]]
        made = [{"Holder": {name: f"${{{name}}}" for name in data["parameters"]}}]
        made.append({"Holder": None, "from": given})
        made[0] |= {"from": given} if packed else {}
        data["outputs"] = ["holder_1", "holder_2"]
    return {**data, "blocks": blocks, "layers": made}


def wanted(kind: str, keys: tuple[str, ...], place: str) -> dict[str, str]:
    """Say which keys are refused, and by which code; nothing if all works."""
    chain = "Sequential" in place
    if chain and kind in NO_LINKS:
        return {"": ""}
    second = kind == "share" and "unused" in keys  # a name, which a list can hold
    if place == "list" and kind in NO_MEMBERS and not second:
        return {"": ""}
    if "unused" in keys and not chain and "unused" not in REFUSED[kind]:
        return wanted_beside_unused(kind, keys)
    found = {key: code for key, code in REFUSED.get(kind, {}).items() if key in keys}
    if "else" in keys and "when" not in keys:
        found["else"] = "MG225"
    if chain:
        found |= {key: code for key, code in IN_A_CHAIN.items() if key in keys}
    if "names" in keys and ("repeat" not in keys or place.startswith("numbered")):
        found["names"] = "MG251"
    if "batch_dims" in keys and place.startswith("numbered"):
        found["batch_dims"] = "MG254"
    if not chain and {"init", "repeat"} <= {*keys} and not found.keys() & {*keys}:
        found["init and repeat"] = "MG229"
    if kind.startswith("layer"):
        for pair, code in contradictions(kind).items():
            if pair <= {*keys} and not (chain and pair & IN_A_CHAIN.keys()):
                for key in pair - {"parametrize", "repeat"}:
                    found.pop(key, None)
                found[" and ".join(sorted(pair))] = code
    pair = {"share", "parametrize"}
    if kind == "block by a parameter" and not chain and pair <= {*keys}:
        found["share"] = "MG229"  # no layer of any type can have both
    if kind == "block without inputs" and {"when", "share"} <= {*keys}:
        del found["when"]  # `share` is refused before its inputs are known
    # Checks that depend on values run only if nothing else is wrong.
    of_values = "else" if {"when", "else"} <= {*keys} else "when"
    if {"when", "else"} <= found.keys():
        del found["when"]  # it is one mistake
    if len(found) > 1 and kind in SEVERAL:
        found.pop(of_values, None)
    if place.startswith("rounds") and "when" in keys and not found:
        found["when"] = "MG225"
    if place == "list" and {"when", "else"} <= {*keys}:
        found["else"] = "MG252"
    if place == "list" and kind in SEVERAL and "repeat" in keys and not found:
        found["repeat"] = "MG252"
    return found


def wanted_beside_unused(kind: str, keys: tuple[str, ...]) -> dict[str, str]:
    """Say which keys are refused beside `unused`, of a kind that can have it."""
    found = {key: code for key, code in REFUSED[kind].items() if key in keys}
    for key in RUNS:
        never = (
            kind == "share"
            or kind in TENSORS
            or (kind, key)
            == (
                "Sequential",
                "select",
            )
        )
        if key in keys and not (never and key in found and key != "from"):
            found.pop(key, None)
            found[f"{key} and unused"] = "MG255"
    if kind == PACKED:
        found["from and unused"] = "MG255"
        found.pop("parametrize", None)  # it is not made without its sizes
    return found


def contradictions(kind: str) -> dict[frozenset[str], str]:
    if kind in SEVERAL:  # all its parameters are those of the other
        return {**CONTRADICTIONS, frozenset({"init", "share"}): "MG229"}
    return CONTRADICTIONS


def written(data: Keys) -> str:
    """Write a spec so that each key has a line of its own."""
    text = json.dumps(data, indent=1)
    return re.sub(r'"init": \{\s*([^{}]*?)\s*\}', r'"init": {\1}', text)


def read(data: Keys) -> api.Network:
    return read_text(written(data))


@lru_cache(256)
def read_text(text: str) -> api.Network:
    """Load a spec: most are asked for again, with and without each of their keys."""
    return network_of(text)


def mistakes(data: Keys) -> list[Diagnostic]:
    try:
        read(data)
    except SpecError as error:
        return [each for each in error.diagnostics if not each.warning]
    return []


def check_refusals(
    found: list[Diagnostic], refused: dict[str, str], data: Keys, kind: str
) -> None:
    """Each refused key is named at its line, with what it does not go with."""
    lines = written(data).splitlines()
    type_ = BY_A_PARAMETER.get(kind, next(iter(KINDS[kind]), "share"))
    for names, code in refused.items():
        keys = names.split(" and ")
        told = [
            each.message
            for each in found
            if each.code == code
            and any(f'"{key}":' in lines[line_of(each) - 1] for key in keys)
        ]
        assert not names or any(
            all(f"`{key}`" in message for key in keys)
            or (len(keys) < 2 and type_ in message)
            for message in told
        ), f"{names} is not refused by {code}: {told}"


def line_of(each: Diagnostic) -> int:
    assert each.place is not None
    return each.place.span.line


PROVED = (
    "state",
    "parameters",
    "multiply-adds",
    "layers",
    "outputs",
    "eval mode",
    "train mode",
    "spec",
)


def check_works(data: Keys) -> api.Network:
    """Render both styles, run them, and prove what is said of them."""
    loaded = read(data)
    known = (
        "MG215",
        "MG306",
    )  # a result that is unused, a Linear on what may be images
    assert not [each for each in loaded.warnings if each.code not in known]
    tried, checks = subject_of(loaded), _checks()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in PROVED:
            checks[name](tried)
    gradients(list(tried.models.values()), data["input"])
    if "wide" in data["parameters"]:
        torch.default_generator.manual_seed(1)
        others = []
        for cls in tried.classes.values():
            torch.default_generator.manual_seed(1)
            others.append(cls(wide=False))
        gradients(others, data["input"])
    return loaded


def gradients(models: list[nn.Module], inputs: list[int] | Keys) -> None:
    """Both styles have equal states, results and gradients."""
    shape = inputs["steps"] if isinstance(inputs, dict) else inputs
    x = [torch.linspace(-1, 1, 80).reshape(2, *shape)]
    if isinstance(inputs, dict):
        x.append(torch.tensor([3, 5]).reshape(2, *shape[:-2]))
    found = []
    for made in models:
        state = made.state_dict()
        given = made.eval()(*x)
        result = torch.stack(given) if isinstance(given, tuple) else given
        if result.requires_grad:
            result.sum().backward()
        named = {k: p.grad for k, p in made.named_parameters() if p.grad is not None}
        found.append((state, result, named))
    for one, other in pairwise(found):
        assert list(one[0]) == list(other[0])
        assert all(torch.equal(one[0][key], other[0][key]) for key in one[0])
        assert torch.equal(one[1], other[1])
        assert one[2].keys() == other[2].keys()
        assert all(torch.allclose(one[2][key], other[2][key]) for key in one[2])


def code(data: Keys) -> list[str]:
    """Return the code of both styles, without names from the spec."""
    return code_of_text(written(data))


@lru_cache(256)
def code_of_text(text: str) -> list[str]:
    loaded = read_text(text)
    return [api.render(loaded, style)["net.py"] for style in api.STYLES]


EXHAUSTIVE = pytest.mark.exhaustive


@pytest.mark.parametrize(
    "place",
    [
        each if each == "model" else pytest.param(each, marks=EXHAUSTIVE)
        for each in PLACES
    ],
)
@pytest.mark.parametrize(
    "kind",
    [pytest.param(each, marks=EXHAUSTIVE) if each in RARE else each for each in KINDS],
)
@pytest.mark.parametrize(
    "together",
    [PAIRS, pytest.param(TRIPLES, marks=EXHAUSTIVE)],
    ids=["pairs", "triples"],
)
def test_pairs(kind: str, place: str, together: list[tuple[str, ...]]) -> None:
    for keys in together:
        entry = entry_of(kind, keys)
        data = spec_of(entry, place, kind)
        refused = wanted(kind, keys, place)
        found = mistakes(data)
        said = f"{kind} in a {place} with {keys}: {[m.message for m in found]}"
        assert bool(found) == bool(refused), said
        if refused:
            check_refusals(found, refused, data, kind)
            continue
        try:
            check_works(data)
        except Exception as error:
            raise AssertionError(f"{said}: {error}") from error
        for key in keys if place == "model" else ():
            needed = (key, kind) == ("share", "share")
            needed = needed or (key == "when" and "else" in keys)
            needed = needed or (key, kind) == ("from", PACKED)
            if not needed:
                gone = {key, "names"} if key == "repeat" else {key}
                less = {name: each for name, each in entry.items() if name not in gone}
                silent = code(spec_of(less, place, kind)) == code(data)
                assert not silent, f"{said}: `{key}` says nothing"


def test_all_keys_are_in_the_table() -> None:
    assert {*VALUES} == {*ENTRY_KEYS}


TARGETS: dict[str, Keys] = {
    **{kind: KINDS[kind] for kind in KINDS if kind not in ("share", PACKED)},
    "repeated": {"Linear": 8, "repeat": 3},
    "repeated block": {"Inner": None, "repeat": 2},
    "repeated reader": {"GRU": 8, "repeat": 2, "select": "output"},
    "growing": {"Linear": "${8 + 0 * index}", "repeat": 3},
    "last step": {"GRU": 8, "select": "hidden"},
    "initialized": {"Linear": 8, "init": {"weight": "eye_", "bias": "ones_"}},
    "computed": {"Linear": 8, "parametrize": "weight_norm"},
    "computed rounds": {"Linear": 8, "parametrize": "spectral_norm", "repeat": 2},
    "tied": {"Linear": 8, "share": "first"},
    "tied rounds": {"Linear": 8, "share": "first", "repeat": 2},
    "always": {"Linear": 8, "when": True},
    "shared": {"share": "first"},
}
"""What an entry that is only `share` can name."""
NOT_SHARED = {"function", "function of several results", *TENSORS}


@pytest.mark.parametrize(
    ("target", "place"),
    [
        pytest.param(target, place, marks=EXHAUSTIVE)
        if target in BY_A_PARAMETER and place != "block"
        else (target, place)
        for target in TARGETS
        for place in ("model", "block", "repeated block")
        # Results of rounds are inputs of the next.
        if (target, place) != ("last step", "repeated block")
    ],
)
@pytest.mark.thinned(2)
def test_sharing_of_everything(target: str, place: str) -> None:
    """The module runs again on another tensor, and has no parameters of its own."""
    entry = {**TARGETS[target], "name": "target"}
    again = {"share": "target", "from": "input", "name": "again"}
    data = spec_of(entry, "block" if "block" in place else "model", target)
    layers = data["blocks"]["Holder"]["layers"] if "block" in place else data["layers"]
    layers.append(again)
    layers.append({"add": None, "from": ["target", "again"]})
    if place == "repeated block":
        data["layers"] = [{**data["layers"][0], "repeat": 2}]
        del data["outputs"]
    if target in NOT_SHARED:
        (found,) = {each.message for each in mistakes(data)}
        assert "there is n" in found or "to share" in found
        return
    loaded = check_works(data)
    layers[-2:] = [{"add": None, "from": ["target", "target"]}]
    assert loaded.graph.total_parameters == read(data).graph.total_parameters
