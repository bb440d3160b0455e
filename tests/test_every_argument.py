"""Expressions in every numeric argument: both styles compute what the spec says.

Each layer and function of the catalogue is tested with expressions in all its
arguments; the results are compared with the interpreter of `prove`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from mlpgen import SpecError, api
from mlpgen.functions import FUNCTIONS
from mlpgen.initializers import INITIALIZERS
from mlpgen.layers import LAYERS
from mlpgen.proof.checks.comparison import same
from mlpgen.proof.checks.spec_comparison import as_written
from mlpgen.proof.checks.subject import Subject, call
from mlpgen.proof.claims import claims
from mlpgen.proof.spec_entries import spec_entries
from mlpgen.spec.types import layer_class

from .linters import ruff
from .networks import model, module, network
from .random_expressions import KNOWN, aimed
from .test_interpreter import spec_of

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.api import Network
    from mlpgen.layers.base import Layer

pytestmark = pytest.mark.exhaustive

FEW = settings(max_examples=2, phases=[Phase.generate])


def agrees(loaded: Network) -> None:
    """Both styles agree with each other and with the spec."""
    graph = loaded.graph
    classes: dict[str, Any] = {
        style: getattr(
            module(api.render(loaded, style)[f"{graph.stem}.py"]), graph.name
        )
        for style in api.STYLES
    }
    said: Any = claims(graph)
    entries: Any = spec_entries(loaded)
    subject = Subject(said, classes, {}, entries)
    with torch.no_grad():
        models = [model for _, model in subject.mode(training=False)]
        found = [call(model, subject.inputs()) for model in models]
        for one, other in zip(*found, strict=True):
            assert same(one, other)
        assert "of the spec give the same" in as_written(subject)


MORE: dict[str, Any] = {"end": 6, "step": 2, "max_norm": 1.5, "divisor_override": 3}
"""Values of arguments that the examples leave out."""


def numbers_of(cls: type[Layer], given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a layer that may be expressions, with a value of each."""
    found = {}
    for name, field in cls.model_fields.items():
        value = given.get(name, MORE.get(name, field.default))
        numbers = isinstance(value, int | float) or (
            isinstance(value, list) and all(type(each) is int for each in value)
        )
        # A layer that could work in place with other values is refused.
        open_ = name != "inplace" and not cls.structural(name) and not cls.follows(name)
        if numbers and open_:
            found[name] = value
    return found


class Drawn:
    """Draws arguments, each with its own parameter.

    Attributes:
        parameters: Those that the expressions use.
    """

    def __init__(self, data: st.DataObject) -> None:
        self.parameters = dict(KNOWN)
        self._data = data

    def __call__(self, value: Any) -> Any:
        """Draw an expression for a value, or one for each of a list."""
        if isinstance(value, list):  # -1 is a word rather than a number
            return [each if each == -1 else self(each) for each in value]
        text, more = self._data.draw(aimed(value, f"n{len(self.parameters)}"))
        self.parameters |= more
        return f"${{{text}}}"


def load(data: dict[str, Any]) -> Network | None:
    """Load a spec; None if an expression is too long for it."""
    try:
        return network(data)
    except SpecError as error:
        assert {each.code for each in error.diagnostics if not each.warning} == {
            "MG209"
        }
        return None


@pytest.mark.parametrize("name", [*FUNCTIONS, *LAYERS])
def test_every_argument(name: str) -> None:
    cls = layer_class(name)
    assert cls is not None
    base = yaml.safe_load(spec_of(cls))
    layers = base["layers"]
    place = next(at for at, each in enumerate(layers) if name in (each, *each))
    entry = layers[place] if isinstance(layers[place], dict) else {name: None}
    raw = entry.get(name)
    given_ = {cls.shorthand(): raw} if raw is not None else {}
    plain = raw if isinstance(raw, dict) else given_
    numbers = numbers_of(cls, plain)

    @FEW
    @given(st.data())
    def check(data: st.DataObject) -> None:
        drawn = Drawn(data)
        written = {field: drawn(value) for field, value in numbers.items()}
        tried = {**entry, name: {**plain, **written}}
        more = [*layers[:place], tried, *layers[place + 1 :]]
        loaded = load({**base, "parameters": drawn.parameters, "layers": more})
        assume(loaded is not None)
        assert loaded is not None
        agrees(loaded)

    if numbers:
        check()


ARITHMETIC = ["add", "sub", "mul", "div", "pow"]
COMPARISONS = ["eq", "lt", "ge"]
BETWEEN: list[Any] = [
    {"flip": 1},
    {"slice": {"dim": 1}},
    {"roll": {"shifts": 1, "dims": 1}},
]


def test_operators_inside_of_operators(tmp_path: Path) -> None:
    texts: dict[str, None] = {}

    @settings(max_examples=40, phases=[Phase.generate])
    @given(st.data())
    def check(data: st.DataObject) -> None:
        drawn = Drawn(data)
        layers = [_operator(data, drawn) for _ in range(data.draw(st.integers(1, 4)))]
        if data.draw(st.booleans()):
            compares = data.draw(st.sampled_from(["eq", "lt", "ge"]))
            layers.append({compares: drawn(0.25)})
        between = data.draw(st.sampled_from(BETWEEN))
        layers.insert(data.draw(st.integers(0, len(layers))), between)
        layers[-1] = {**layers[-1], "name": "last"}
        layers.append({data.draw(st.sampled_from(["add", "mul"])): None})
        layers[-1]["from"] = data.draw(st.permutations(["last", "input"]))
        base = {"name": "Chain", "input": [4], "parameters": drawn.parameters}
        loaded = load({**base, "layers": layers})
        assume(loaded is not None)
        assert loaded is not None
        agrees(loaded)
        texts[api.render(loaded, "explicit")["chain.py"]] = None

    check()
    for index, text in enumerate(texts):
        (tmp_path / f"chain_{index}.py").write_text(text, encoding="utf-8")
    ruff(tmp_path)


ARITHMETIC = ("add", "sub", "mul", "div", "pow")
BETWEEN: list[Any] = [
    {"flip": 1},
    {"slice": {"dim": 1}},
    {"roll": {"shifts": 1, "dims": 1}},
]


def _operator(data: st.DataObject, drawn: Drawn) -> dict[str, Any]:
    name = data.draw(st.sampled_from(ARITHMETIC))
    numbers = [2] if name == "pow" else [-1.5, 0.25, 2, 3]
    return {name: drawn(data.draw(st.sampled_from(numbers)))}


@settings(max_examples=20, phases=[Phase.generate])
@given(st.data())
def test_every_other_place(data: st.DataObject) -> None:
    """Rounds, conditions, arguments of blocks, initial values and own tensors."""
    drawn, inner = Drawn(data), Drawn(data)
    bounds = {"a": drawn(-1.0), "b": drawn(1.0)}
    block = {
        "layers": [
            {"Linear": inner(6), "init": {"bias": {"constant_": inner(0.25)}}},
            {"mul": inner(1.5), "when": inner(True)},
            {"Linear": inner(6), "when": inner(False)},
            {"Linear": inner(4), "parametrize": "weight_norm"},
        ],
        "parameters": inner.parameters,
    }
    given_ = {name: drawn(value) for name, value in inner.parameters.items()}
    layers = [
        {"Block": given_, "repeat": drawn(2)},
        {"Linear": drawn(4), "repeat": drawn(3), "when": drawn(True)},
        {"sub": drawn(1), "name": "less"},
        {
            "parameter": {"shape": [drawn(4)], "init": {"uniform_": bounds}},
            "name": "shift",
        },
        {"mul": None, "from": ["less", "shift"]},
    ]
    loaded = load(
        {
            "name": "Places",
            "parameters": drawn.parameters,
            "blocks": {"Block": block},
            "input": [4],
            "layers": layers,
        }
    )
    assume(loaded is not None)
    assert loaded is not None
    agrees(loaded)


@pytest.mark.parametrize("name", [*INITIALIZERS])
def test_every_argument_of_initial_values(name: str) -> None:
    numbers = {
        field: SPARE.get(field, info.default)
        for field, info in INITIALIZERS[name].model_fields.items()
        if field in SPARE or isinstance(info.default, int | float)
    }

    @FEW
    @given(st.data())
    def check(data: st.DataObject) -> None:
        drawn = Drawn(data)
        states = []
        for arguments in (numbers, {key: drawn(numbers[key]) for key in numbers}):
            init = {name: arguments} if arguments else name
            layer = {"Linear": 6, "init": {"weight": init}}
            if name == "dirac_":
                layer["Conv1d"] = {"out_channels": 6, "kernel_size": 3}
                del layer["Linear"]
            base = {"name": "One", "input": [4, 8], "parameters": drawn.parameters}
            loaded = load({**base, "layers": [layer]})
            assume(loaded is not None)
            assert loaded is not None
            states += [model(loaded, style).state_dict() for style in api.STYLES]
        for state in states[1:]:
            for key, tensor in state.items():
                assert torch.allclose(tensor, states[0][key])

    check()


SPARE: dict[str, Any] = {"val": 0.5, "sparsity": 0.25, "groups": 1}
"""Values of required arguments of initializers."""
