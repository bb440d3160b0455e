"""`unused`: layers that `__init__` makes and `forward` never calls."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.layers import LAYERS
from mlpgen.spec.wording import listed

from .layers.harness import example_of, ours
from .layers.test_catalogue import arguments_of
from .networks import check_proved, model, network, network_of

SPEC = """\
name: Net
input: [3, 8, 8]
blocks:
  Stage:
    parameters: {planes: 4}
    layers:
      - Conv2d: {out_channels: "${planes}", kernel_size: 3, padding: 1}
        name: conv1
      - BatchNorm2d: {num_features: "${planes}"}
        name: bn1
        unused: true
      - Linear: {in_features: "${in_channels}", out_features: 3}
        name: gate
        unused: true
      - ReLU
layers:
  - {parameter: {shape: [3], init: ones_}, name: alpha, unused: true}
  - {buffer: {shape: [2]}, name: mean, unused: true}
  - Stage: 4
  - Stage: 8
  - Flatten
  - {Linear: 10, name: fc}
  - Linear: {in_features: 8, out_features: 4}
    name: heads.0
    unused: true
    parametrize: weight_norm
  - Linear: {in_features: 512, out_features: 10}
    name: tied
    share: fc
    unused: true
  - Sequential:
      - Linear: {in_features: 8, out_features: 4}
      - ReLU
      - Sequential: [{Linear: {in_features: 4, out_features: 2}}]
        name: inner
    name: old
    unused: true
  - {share: fc, name: last, unused: true}
  - {share: old, name: older, unused: true}
"""


def test_an_unused_layer_has_its_keys_and_never_runs() -> None:
    loaded = network_of(SPEC)
    assert not loaded.warnings
    for style in api.STYLES:
        made: Any = model(loaded, style)
        keys = [*made.state_dict()]
        assert "basic_1.bn1.running_mean" not in keys
        assert "stage_2.bn1.running_mean" in keys
        assert (
            "old.inner.linear_2.weight" in keys or "old.inner.linear_1.weight" in keys
        )
        assert made.last is made.fc
        assert made.older is made.old
        assert made.tied.weight is made.fc.weight
        assert made.stage_2.gate.in_features == 4
        ran: list[str] = []
        for name, each in made.named_modules():
            each.register_forward_hook(lambda *_, n=name, into=ran: into.append(n))
        made(torch.rand(2, 3, 8, 8))
        assert {*ran} <= {
            "",
            "fc",
            *(f"stage_{n}{each}" for n in (1, 2) for each in ("", ".conv1")),
        }
    check_proved(loaded)


def test_layers_after_it_take_what_is_before_it() -> None:
    data = {
        "name": "Net",
        "input": [6],
        "layers": [
            {"Linear": {"in_features": 6, "out_features": 3}, "unused": True},
            {"Linear": 4, "name": "one"},
            {"Linear": {"in_features": 9, "out_features": 3}, "unused": True},
        ],
    }
    loaded = network(data)
    assert loaded.graph.outputs == ("one",)
    assert loaded.graph.node("one").sources == ("input",)


def test_false_is_as_without_it() -> None:
    plain = "name: Net\ninput: [3]\nlayers:\n  - Linear: 4\n"
    loaded = network_of(plain + "    unused: false\n")
    assert api.render(loaded, "explicit") == api.render(network_of(plain), "explicit")


def test_nothing_flows_into_a_class_of_unused_layers() -> None:
    with pytest.raises(SpecError) as caught:
        network_of(
            "name: Net\ninput: [3]\nlayers:\n"
            "  - Linear: {in_features: 3, out_features: 4}\n    unused: true\n"
        )
    assert [each.code for each in caught.value.diagnostics] == ["MG228"]


def test_pictures_say_that_it_is_unused() -> None:
    from mlpgen.pictures import json_data
    from mlpgen.pictures.diagram import boxes, diagram
    from mlpgen.pictures.table_rows import rows

    graph = network_of(SPEC).graph
    told = {
        each["name"]: each.get("unused", False)
        for each in json_data.data(graph)["layers"]
    }
    assert told["old"]
    assert told["last"]
    assert not told["fc"]
    notes = {row.name: (row.note, row.output) for row in rows(graph)}
    assert notes["heads.0"] == ("unused; parametrize: weight_norm", ())
    drawn = [box.lines for box in boxes(diagram(graph).items)]
    assert ("old: Sequential", "unused") in drawn


@pytest.mark.parametrize("name", LAYERS)
def test_any_layer_has_the_parameters_that_it_has_where_it_runs(name: str) -> None:
    """Its arguments are those that it is made with where something flows into it."""
    arguments = arguments_of(name)
    layer, _ = ours(name, arguments, example_of(LAYERS[name]))
    asked = layer.of_call()
    told = {key for key in type(layer).model_fields if layer.follows(key)}
    told |= {*layer.inferred_from(example_of(LAYERS[name]))}
    sizes = {
        key: [*each] if isinstance(each, tuple) else each
        for key in told
        if (each := getattr(layer, key)) is not None
    }
    given = {key: each for key, each in (arguments | sizes).items() if key not in asked}
    unused = {name: given, "name": "left", "unused": True}
    data = {"name": "Net", "input": [3], "layers": [unused, {"Linear": 2}]}
    loaded = network(data)
    left = loaded.graph.node("left")
    assert left.weights == layer.weights()
    assert left.parameters == layer.parameters()
    for style in api.STYLES:
        made: Any = model(loaded, style)
        found = dict(made.left.named_parameters())
        wanted = {key: tuple(each) for key, each in left.weights.items()}
        assert {key: tuple(each.shape) for key, each in found.items()} == wanted


def test_a_size_that_nothing_tells_is_asked_for() -> None:
    """Each size that torch needs, of each layer."""
    for name, cls in ((name, LAYERS[name]) for name in LAYERS):
        sizes = [
            key for key in cls.model_fields if cls.follows(key) and cls.required(key)
        ]
        if not sizes:
            continue
        unused = {name: arguments_of(name), "unused": True}
        data = {"name": "Net", "input": [3], "layers": [unused, {"Linear": 2}]}
        with pytest.raises(SpecError) as caught:
            network(data)
        told = [each.message for each in caught.value.diagnostics]
        their = listed(sizes)
        assert told == [f"`{name}` is `unused`, so its {their} must be given"]
