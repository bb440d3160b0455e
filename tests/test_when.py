"""Layers that a false `when` or `repeat: 0` leaves out: not checked, but written.

Each class is also made with other arguments, and must then match the spec.
"""

from __future__ import annotations

import contextlib
import json

import pytest
import yaml

from mlpgen import SpecError, api
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS

from .networks import network_of
from .spec_cases import Case

SQUEEZE = """\
  Squeeze:
    parameters: {channels: 4}
    layers:
      - AdaptiveAvgPool2d: 1
      - Conv2d: {out_channels: "${channels}", kernel_size: 1}
      - Conv2d: {out_channels: "${in_channels}", kernel_size: 1}
      - Sigmoid
      - mul:
        from: [input, sigmoid_1]
"""
CASES = {
    "a division": Case(
        f"""\
name: Net
input: [8, 6, 6]
blocks:
{SQUEEZE}
  Stage:
    parameters: {{reduction: 0}}
    layers:
      - Squeeze: "${{in_channels // reduction}}"
        when: "${{reduction > 0}}"
      - ReLU
layers:
  - Stage: 4
  - Stage: 0
""",
        42,
        (8, 6, 6),
    ),
    "a block that no use has on": Case(
        f"""\
name: Net
parameters: {{reduction: 0}}
input: [8, 6, 6]
blocks:
{SQUEEZE}
  Stage:
    parameters: {{ratio: 0}}
    layers:
      - Squeeze: "${{in_channels // ratio}}"
        when: "${{ratio > 0 and in_channels // ratio > 1}}"
      - ReLU
layers:
  - Stage: "${{reduction}}"
  - Stage: 0
""",
        0,
        (8, 6, 6),
        (({"reduction": 4}, 42), ({"reduction": 8}, 0), ({"reduction": 2}, 76)),
    ),
    "a size": Case(
        """\
name: Net
input: [8, 6, 6]
blocks:
  Extra:
    parameters: {hidden: 0}
    layers:
      - Sequential:
          - Conv2d: {out_channels: "${hidden}", kernel_size: 1}
          - Conv2d: {out_channels: "${in_channels}", kernel_size: 1}
        name: extra
        when: "${hidden > 0}"
      - ReLU
layers:
  - Extra: 0
  - Extra: 4
""",
        76,
        (8, 6, 6),
    ),
    "sizes of the model": Case(
        """\
name: Net
parameters: {hidden: 0, r: 0}
input: [8, 6, 6]
layers:
  - Conv2d: {out_channels: "${hidden}", kernel_size: 1}
    when: "${hidden > 0}"
    name: extra
  - Conv2d: {out_channels: "${16 // r}", kernel_size: 1}
    when: "${r > 0 and 16 // r > 1}"
    name: more
  - Conv2d: {out_channels: 2, kernel_size: 1}
""",
        18,
        (2, 6, 6),
        (
            ({"hidden": 4}, 36 + 10),
            ({"r": 2}, 72 + 18),
            ({"r": 16}, 18),
            ({"hidden": 2, "r": 4}, 18 + 12 + 10),
        ),
    ),
    "a pool that fits nowhere": Case(
        """\
name: Net
parameters: {pooled: false}
input: [8, 6, 6]
layers:
  - MaxPool2d: 8
    when: "${pooled}"
  - Flatten
  - Linear: 3
""",
        867,
        (3,),
        (),
        ("MG317",),
    ),
    "a pool that fits where it is on": Case(
        """\
name: Net
input: [8, 16]
blocks:
  Head:
    parameters: {pooled: false}
    layers:
      - MaxPool1d: 8
        when: "${pooled}"
      - Flatten
      - Linear: 3
layers:
  - AvgPool1d: 4
    name: small
  - Head: false
    name: a
  - Head: true
    from: input
    name: b
  - add:
    from: [a, b]
""",
        99 + 51,
        (3,),
    ),
    "what fits nowhere": Case(
        """\
name: Net
parameters: {a: false, b: false, heads: 0}
input: [8, 6]
layers:
  - Conv1d: {out_channels: 8, kernel_size: 9}
    when: "${a}"
  - reshape: [7, 5]
    when: "${b}"
  - GroupNorm: 3
    when: "${a}"
  - TransformerEncoderLayer: {nhead: "${heads}", dim_feedforward: 8}
    when: "${heads > 0}"
  - TransformerEncoderLayer: {nhead: 4, dim_feedforward: 8}
    when: "${b}"
  - cat: {dim: 1}
    from: [transformer_encoder_layer_2, other]
    when: "${b}"
  - Linear: 3
""".replace("input: [8, 6]", "input: {image: [8, 6], other: [2, 5]}").replace(
            "  - Conv1d", "  - ReLU:\n    from: image\n  - Conv1d", 1
        ),
        21,
        (8, 3),
        (({"heads": 2}, 21 + 168 + 110 + 24), ({"heads": 3}, 21 + 168 + 110 + 24)),
        ("MG317",) * 5,
    ),
    "a join that fits with another stride": Case(
        """\
name: Net
parameters: {stride: 2}
input: [8, 6, 6]
layers:
  - Conv2d: {out_channels: 4, kernel_size: 3, padding: 1, stride: "${stride}"}
    name: conv
  - cat: {dim: 1}
    from: [conv, input]
    when: "${stride == 1}"
  - Conv2d: {out_channels: 4, kernel_size: 1}
""",
        292 + 20,
        (4, 3, 3),
        (({"stride": 1}, 292 + 52), ({"stride": 3}, 292 + 20)),
    ),
    "tokens without a table": Case(
        """\
name: Net
parameters: {vocabulary: 0}
input: {tokens: {shape: [5], dtype: int64}}
blocks:
  Read:
    parameters: {vocabulary: 0}
    layers:
      - Embedding: {num_embeddings: "${vocabulary}", embedding_dim: 4}
      - mean: 2
      - gt: 0
      - long:
layers:
  - Read: "${vocabulary}"
    when: "${vocabulary > 0}"
  - Embedding: {num_embeddings: 10, embedding_dim: 3}
""",
        30,
        (5, 3),
        (({"vocabulary": 7}, 58),),
    ),
    "blocks and chains within": Case(
        """\
name: Net
parameters: {deep: 0}
input: [6]
blocks:
  Inner:
    parameters: {parts: 0}
    layers:
      - Linear: "${in_features // parts}"
      - Linear: "${in_features}"
        when: "${parts > 2}"
        name: wide
  Outer:
    parameters: {parts: 0, wide: false}
    layers:
      - Sequential:
          - Inner: "${parts}"
          - Linear: 6
        name: inner
        when: "${parts > 0}"
      - Inner: 1
        when: "${wide}"
layers:
  - Outer: {parts: "${deep}"}
    name: first
  - Outer: {parts: 0}
    when: "${deep > 0}"
  - Linear: 2
""",
        14,
        (2,),
        (({"deep": 1}, 14 + 42 + 42), ({"deep": 3}, 14 + 14 + 18 + 42)),
    ),
    "conditions that nothing makes true": Case(
        """\
name: Net
parameters: {hidden: 0, width: 16, p: 3.0}
input: [8, 6, 6]
layers:
  - Conv2d:
      out_channels: "${hidden}"
      kernel_size: 1
      groups: "${hidden // (width - 16)}"
    when: "${hidden == 7 * width + 1 and width > 200}"
  - Dropout: "${p}"
    when: "${p < 0.77 and p > 0.75}"
  - Conv2d: {out_channels: 3, kernel_size: 1}
""",
        27,
        (3, 6, 6),
        (({"p": 0.76}, 27), ({"hidden": 3, "width": 2}, 27)),
        ("MG317", "MG317"),
    ),
    "no rounds behind a condition": Case(
        """\
name: Net
input: [8, 6, 6]
blocks:
  Stage:
    parameters: {depth: 2}
    layers:
      - Conv2d: {out_channels: 16, kernel_size: 1}
      - Conv2d: {out_channels: 16, kernel_size: 1}
        repeat: "${depth - 1}"
        when: "${depth > 1}"
layers:
  - Stage: 0
  - Stage: 1
  - Stage: 2
""",
        144 + 272 + 272 + 272,
        (16, 6, 6),
    ),
    "no rounds": Case(
        """\
name: Net
input: [8, 6, 6]
blocks:
  Stage:
    parameters: {depth: 2}
    layers:
      - Conv2d: {out_channels: 16, kernel_size: 1}
        name: first
      - Conv2d: {out_channels: 16, kernel_size: 1}
        repeat: "${depth - 1}"
        name: rest
layers:
  - Stage: 1
  - Stage: 2
""",
        144 + 272 + 272,
        (16, 6, 6),
    ),
    "no rounds that is written": Case(
        """\
name: Net
input: [8, 6, 6]
layers:
  - Conv2d: {out_channels: 16, kernel_size: 1}
    repeat: 0
  - Conv2d: {out_channels: 2, kernel_size: 1}
    repeat: "${2 - 1}"
""",
        18,
        (2, 6, 6),
    ),
    "no rounds and a condition": Case(
        """\
name: Net
parameters: {stride: 1}
input: [4, 8, 8]
layers:
  - ReLU
  - Sequential:
      - Conv2d: {out_channels: 4, kernel_size: 1, stride: "${stride}"}
    when: "${stride != 1}"
    repeat: 0
  - Conv2d: {out_channels: 2, kernel_size: 1}
""",
        10,
        (2, 8, 8),
    ),
    "no rounds of the model": Case(
        """\
name: Net
parameters: {depth: 0}
input: [8, 6, 6]
layers:
  - Conv2d: {out_channels: 8, kernel_size: 1}
    repeat: "${depth}"
  - ReLU
""",
        0,
        (8, 6, 6),
        (({"depth": 1}, 72), ({"depth": 3}, 216)),
    ),
    "rounds that begin with another size": Case(
        """\
name: Net
parameters: {depth: 0}
input: [8, 6, 6]
layers:
  - Sequential:
      - Conv2d: {out_channels: 16, kernel_size: 1}
      - BatchNorm2d
    repeat: "${depth}"
  - Conv2d: {out_channels: 2, kernel_size: 1}
""",
        18,
        (2, 6, 6),
        (({"depth": 1}, 144 + 32 + 34), ({"depth": 3}, 144 + 2 * 272 + 96 + 34)),
    ),
    "rounds of which there might be none": Case(
        """\
name: Net
parameters: {depth: 2}
input: [8, 6, 6]
blocks:
  Stage:
    parameters: {depth: 2}
    layers:
      - Conv2d: {out_channels: 16, kernel_size: 1}
        repeat: "${depth}"
      - BatchNorm2d
layers:
  - Stage: "${depth - 1}"
  - Stage: 3
  - Conv2d: {out_channels: 2, kernel_size: 1}
""",
        144 + 3 * 272 + 64 + 34,
        (2, 6, 6),
        (
            ({"depth": 1}, 16 + 144 + 2 * 272 + 32 + 34),
            ({"depth": 3}, 144 + 4 * 272 + 64 + 34),
        ),
    ),
    "sizes that grow": Case(
        """\
name: Net
parameters: {depth: 2}
input: [8, 6, 6]
blocks:
  Dense:
    parameters: {growth: 4}
    layers:
      - Conv2d: {out_channels: "${growth}", kernel_size: 3, padding: 1}
      - cat: {dim: 1}
        from: [input, conv2d_1]
  Stage:
    parameters: {depth: 3, growth: 4}
    layers:
      - Dense: "${growth}"
        repeat: "${depth}"
      - Conv2d: {out_channels: 8, kernel_size: 1}
layers:
  - Stage: {depth: 0}
  - Stage: {depth: "${depth}", growth: 2}
""",
        72 + 146 + 182 + 104,
        (8, 6, 6),
        (({"depth": 0}, 144), ({"depth": 3}, 72 + 146 + 182 + 218 + 120)),
    ),
    "steps that divide by the number of rounds": Case(
        """\
name: Net
parameters: {depth: 0, growth: 6}
input: [2, 6, 6]
blocks:
  Dense:
    parameters: {growth: 2}
    layers:
      - Conv2d: {out_channels: "${growth}", kernel_size: 1, bias: false}
      - cat: {dim: 1}
        from: [input, conv2d_1]
  Stage:
    parameters: {depth: 2, growth: 6}
    layers:
      - Dense: {growth: "${growth // depth + growth % depth}"}
        repeat: "${depth}"
      - Conv2d: {out_channels: 1, kernel_size: 1, bias: false}
layers:
  - Stage: {depth: "${depth}", growth: "${growth}"}
""",
        2,
        (1, 6, 6),
        (({"depth": 2}, 6 + 15 + 8), ({"depth": 3}, 4 + 8 + 12 + 8)),
    ),
    "sizes that shrink": Case(
        """\
name: Net
parameters: {depth: 0}
input: [8, 16]
layers:
  - Conv1d: {out_channels: 8, kernel_size: 3}
    repeat: "${depth}"
  - Flatten
  - Linear: 3
""",
        128 * 3 + 3,
        (3,),
        (({"depth": 2}, 400 + 96 * 3 + 3),),
    ),
    "no rounds of two inputs": Case(
        """\
name: Net
parameters: {depth: 0}
input: {target: [5, 8], memory: [6, 8]}
layers:
  - TransformerDecoderLayer: {nhead: 2, dim_feedforward: 8}
    from: [target, memory]
    repeat: "${depth}"
    name: rest
  - MultiheadAttention: 2
    from: [rest, memory, memory]
""",
        288,
        (5, 8),
        (({"depth": 1}, 288 + 288 * 2 + 72 + 72 + 48),),
    ),
    "held for a join that never runs": Case(
        """\
name: Net
input: [8]
layers:
  - Linear: 8
    name: body
  - buffer: {shape: [8], init: ones_}
    name: offset
  - add:
    from: [body, offset]
    when: false
  - ReLU
""",
        72,
        (8,),
        warnings=("MG215",),
    ),
    "a size whose condition divides": Case(
        """\
name: Net
parameters: {hidden: 0, r: 0}
input: [2]
layers:
  - Linear: 1
    when: "${r > 0 and 16 // r > 1}"
  - Linear: 1
    when: "${hidden > 0}"
""",
        0,
        (2,),
        (({"hidden": 1}, 3), ({"hidden": 1, "r": 2}, 5), ({"r": 16}, 0)),
    ),
    "a size that divides on one side": Case(
        """\
name: Net
parameters: {hidden: 0, r: 0}
input: [2]
layers:
  - Linear: "${16 // r}"
    when: "${r > 0}"
  - Linear: 1
    when: "${hidden > 0}"
  - Linear: "${hidden + 3}"
    when: "${hidden != 1}"
  - Linear: 3
    when: "${hidden > 0}"
""",
        9,
        (3,),
        (
            ({"hidden": 1}, 3 + 6),
            ({"hidden": 1, "r": 4}, 12 + 5 + 6),
            ({"hidden": 2}, 3 + 10 + 18),
            ({"r": 4}, 12 + 15),
        ),
    ),
    "a divisor that divides itself": Case(
        """\
name: Net
parameters: {wide: false, k: 3}
input: [8]
layers:
  - Linear: "${-k % (3 // k) // k + 8}"
    when: "${wide}"
""",
        0,
        (8,),
        (({"k": 0}, 0), ({"wide": True}, 72), ({"k": 2, "wide": True}, 72)),
    ),
    "a pool that fits with another size": Case(
        """\
name: Net
parameters: {pooled: false, width: 8}
input: [8, 6, 6]
layers:
  - MaxPool2d: "${width}"
    when: "${pooled}"
  - Flatten
  - Linear: 3
""",
        289 * 3,
        (3,),
        (({"pooled": True, "width": 4}, 9 * 3), ({"width": 2}, 289 * 3)),
    ),
    "a condition on a size that is a choice itself": Case(
        """\
name: Net
parameters: {depth: 2}
input: [8]
blocks:
  Same:
    parameters: {width: 16}
    layers:
      - Linear: "${width}"
        name: body
      - add:
        from: [body, input]
        when: "${in_features == width}"
  Stage:
    parameters: {depth: 2}
    layers:
      - Linear: 16
        when: "${depth > 1}"
      - Same
layers:
  - Stage: "${depth}"
""",
        144 + 272,
        (16,),
        (({"depth": 1}, 144),),
    ),
    "shared by what never runs": Case(
        """\
name: Net
input: [8]
layers:
  - Linear: 8
    name: first
  - Linear: 8
    share: first
    when: false
  - Sigmoid:
    share: first
    when: false
""",
        72,
        (8,),
    ),
    "rounds counted by the round": Case(
        """\
name: Net
input: [8]
layers:
  - Sequential:
      - Linear: 8
        repeat: "${index}"
        name: inner
      - ReLU
    repeat: 3
  - Linear: "${8 // index}"
    when: "${index > 0 and 8 // index > 2}"
    repeat: 3
""",
        3 * 72 + 72 + 36,
        (4,),
    ),
    "a size with a name that is left out": Case(
        """\
name: Net
parameters: {pooled: false}
input: [2, 4]
blocks:
  Head:
    parameters: {pooled: false, parts: 2}
    layers:
      - MaxPool1d: "${in_features // parts}"
        when: "${pooled}"
      - Flatten
      - Linear: 1
layers:
  - Head: {pooled: "${pooled}"}
  - Unflatten: {dim: 1, unflattened_size: [1, 1]}
  - Head: {pooled: false}
""",
        9 + 2,
        (1,),
        (({"pooled": True}, 5 + 2),),
    ),
    "a condition that divides, under another one": Case(
        """\
name: Net
parameters: {hidden: 4}
input: [2, 4, 4]
blocks:
  Part:
    parameters: {hidden: 0}
    layers:
      - Sequential:
          - Conv2d: {out_channels: 2, kernel_size: 1}
            when: "${3 % hidden == 3}"
        when: "${hidden > 0}"
layers:
  - Part
  - Part: {hidden: "${hidden}"}
""",
        6,
        (2, 4, 4),
        (({"hidden": 2}, 0), ({"hidden": 0}, 0)),
    ),
    "a tensor that only what never runs takes": Case(
        """\
name: Net
parameters: {depth: 2}
input: [4]
blocks:
  Part:
    parameters: {depth: 2}
    layers:
      - buffer: [4]
        name: unused
      - Linear: 4
        from: unused
        name: lost
      - add:
        from: [input, lost]
        when: "${depth - depth == 1}"
      - buffer: [4]
        name: used
      - add:
        from: [add_1, used]
        when: "${depth > 3}"
layers:
  - Part: {depth: "${depth}"}
  - Linear: 4
""",
        20,
        (4,),
        (({"depth": 4}, 20),),
        ("MG215", "MG215"),
    ),
}


def test_the_same_loop_for_all_stages() -> None:
    text = api.render(network_of(CASES["no rounds"].text), "explicit")["net.py"]
    loop = (
        "self.rest = nn.Sequential(*(nn.Conv2d(16, 16, 1) for _ in range(depth - 1)))"
    )
    assert loop in text


def test_mistakes_with_any_arguments_are_reported() -> None:
    text = CASES["a size"].text.replace("kernel_size: 1}", "kernal_size: 1}")
    with pytest.raises(SpecError) as error:
        network_of(text)
    assert {each.code for each in error.value.diagnostics} == {"MG201"}


NEVER = """\
name: Net
parameters: {flag: false, width: 4}
input: [4]
blocks:
  Inner:
    parameters: {size: 4}
    layers:
      - Linear: {out_features: "${size}"}
layers:
  - Linear: {out_features: "${width}", bias: "${flag}"}
    name: first
  - LAYER
  - Linear: 2
"""
ANYWAY = {
    "share": ("Linear: 4", "share: nosuch", "MG219"),
    "share of what does not fit": (
        "Conv2d: {out_channels: 4, kernel_size: 3}",
        "share: nosuch",
        "MG219",
    ),
    "select": ("Linear: 4", "select: nosuch", "MG219"),
    "parametrize": ("Linear: 4", "parametrize: nosuch", "MG207"),
    "init": ("Linear: 4", "init: {nosuch: zeros_}", "MG229"),
    "initial value": ("Linear: 4", "init: {weight: nosuch}", "MG207"),
    "argument": ("Linear: {out_features: 4, nosuch: 3}", "", "MG201"),
    "argument that lacks": ("Linear", "", "MG202"),
    "type of a literal": ("Linear: {out_features: four}", "", "MG203"),
    "parameter": ('Linear: "${nosuch}"', "", "MG210"),
    "expression": ('Linear: "${4 +}"', "", "MG209"),
    "function of initial values": ("Linear: 4", "init: {weight: {eye_: 3}}", "MG201"),
    "inputs": ("Bilinear: 4", "", "MG314"),
    "argument of a block": ("Inner: {nosuch: 4}", "", "MG201"),
    "inside": ("Sequential: [{Linear: {out_features: 4, nosuch: 3}}]", "", "MG201"),
    "inside, never": (
        "Sequential: [{Linear: {out_features: 4, nosuch: 3}, when: false}]",
        "",
        "MG201",
    ),
}
"""Mistakes with any arguments: the layer, a key beside it, the code."""


@pytest.mark.parametrize(
    ("name", "off"),
    [
        (name, off)
        for name, (_, key, _) in ANYWAY.items()
        for off in ("when: false", "repeat: 0")
        if "init" not in key or off != "repeat: 0"  # no pair
    ],
)
def test_entries_that_never_run_are_checked_for_names_and_keys(
    name: str, off: str
) -> None:
    layer, key, code = ANYWAY[name]
    entry = [f"{layer}:" if ":" not in layer else layer, key, off]
    text = NEVER.replace("LAYER", "\n    ".join(filter(None, entry)))
    with pytest.raises(SpecError) as error:
        network_of(text)
    wrong = [each for each in error.value.diagnostics if not each.warning]
    assert [each.code for each in wrong] == [code]
    place = wrong[0].place
    assert place is not None
    assert place.span.line == (13 if key else 12)


@pytest.mark.parametrize(
    "layer",
    [
        'Linear: "${width - 4}"',
        'Linear: "${4 // (width - 4)}"',
        "MaxPool1d: 8",
        "Conv2d: {out_channels: 4, kernel_size: 9}",
        "Linear: {out_features: 4, in_features: 9}",
        "MultiheadAttention: {num_heads: 3}",
        "Inner: {size: 3}",
        "Linear: 3",
        "Sequential: [{Linear: 3}, {Linear: {out_features: 4, in_features: 8}}]",
        'Linear: {out_features: 4, bias: "${flag}"}\n    init: {bias: zeros_}',
        'Linear: {out_features: 5, bias: "${flag}"}\n    share: first',
    ],
)
def test_values_and_shapes_of_entries_that_never_run_are_not_checked(
    layer: str,
) -> None:
    for off in (
        ("when: false", "repeat: 0") if "init" not in layer else ("when: false",)
    ):
        text = NEVER.replace("LAYER", f"{layer}\n    {off}")
        loaded = network_of(text)
        assert loaded.graph.total_parameters == 16 + 10
        assert [each.code for each in loaded.warnings] == ["MG227"]
        assert [node.type for node in loaded.graph.nodes] == ["Linear", "Linear"]


def test_a_block_that_runs_behind_a_use_that_never_does() -> None:
    """A use that never runs must not affect the block."""
    both, alone = (
        network_of(NEVER.replace("LAYER", each))
        for each in ("Inner: {size: 3}\n    when: false\n  - Inner", "Inner")
    )
    assert both.warnings == ()
    assert len(both.graph.blocks) == 1
    assert both.graph.blocks == alone.graph.blocks
    assert both.graph.total_parameters == 16 + 20 + 10


def test_what_a_use_has_on_is_checked_there() -> None:
    text = CASES["a pool that fits where it is on"].text.replace("1d: 8", "1d: 20")
    with pytest.raises(SpecError) as error:
        network_of(text)
    (found,) = error.value.diagnostics
    assert found.code == "MG303"
    assert found.message == "the kernel spans 20, but the padded input has only 16"
    (label,) = found.labels
    assert (label.place.span.line, label.message) == (18, "`Head` is used here")


GUARDED = """\
name: Net
parameters: {hidden: 8}
input: [8]
layers:
  - Linear: "${hidden}"
    name: wide
  - add:
    from: [wide, input]
    when: "${hidden == 8}"
"""
INVERTED = """\
name: Net
parameters: {width: 16, stride: 1}
input: [8, 6, 6]
blocks:
  Inverted:
    parameters: {channels: 16, stride: 1}
    layers:
      - Conv2d: {out_channels: "${channels}", kernel_size: 1, stride: "${stride}"}
        name: body
      - add:
        from: [body, input]
        when: "${stride == 1 and in_channels == channels}"
layers:
  - Conv2d: {out_channels: 16, kernel_size: 1}
  - Inverted: {channels: "${width}", stride: "${stride}"}
"""


@pytest.mark.parametrize(
    ("text", "guard", "message"),
    [
        (GUARDED, 'when: "${hidden == 8}"', "`add_1` fits only if `hidden` is `8`"),
        (
            INVERTED,
            " and in_channels == channels",
            "`inverted_1` fits only if `width` is `16`",
        ),
    ],
)
def test_what_a_condition_guards_fits_where_it_is_true(
    text: str, guard: str, message: str
) -> None:
    built = network_of(text)
    assert (built.warnings, built.graph.bound) == ((), ())
    without = text.replace(guard, "").rstrip() + "\n"
    (found,) = network_of(without).warnings
    assert found.code == "MG316"
    assert found.message.startswith(message)


@pytest.mark.parametrize("name", [*LAYERS, *FUNCTIONS])
@pytest.mark.thinned(5)
def test_layers_that_fit_nowhere_give_a_warning(name: str) -> None:
    cls = LAYERS[name] if name in LAYERS else FUNCTIONS[name]
    example = yaml.safe_load(cls.example)
    given = example[name] if isinstance(example, dict) else {}
    given = given if isinstance(given, dict) else {cls.shorthand(): given}
    masks = [each for each in cls.model_fields if each.endswith("padding_mask")]
    entry = {name: {**given, **dict.fromkeys(masks, True)} or None}
    for sizes, dtype, count in (
        ([], "int64", 1),
        ([2, 3], "float32", 1),
        ([2], "float32", 2),
    ):
        inputs = {f"a{at}": {"shape": sizes, "dtype": dtype} for at in range(count)}
        layer = {**entry, "from": [*inputs], "name": "lost", "when": "${n > 0}"}
        data = {"name": "Net", "parameters": {"n": 0}, "input": inputs}
        text = json.dumps({**data, "layers": [layer]})
        with contextlib.suppress(SpecError):
            network_of(text)
