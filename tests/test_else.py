"""`else`: what passes instead of its input where `when` leaves a layer out."""

from __future__ import annotations

import pytest
import torch

from mlpgen import api

from .networks import model, network_of
from .spec_cases import Case

CASES = {
    "a shortcut behind an activation": Case(
        """\
name: Net
input: [8, 8, 8]
blocks:
  Pre:
    parameters: {planes: 8, stride: 1}
    layers:
      - ReLU
      - Conv2d: {out_channels: "${planes}", kernel_size: 3, stride: "${stride}",
                 padding: 1}
        name: conv
      - Conv2d: {out_channels: "${planes}", kernel_size: 1, stride: "${stride}"}
        name: shortcut
        from: relu_1
        when: "${stride != 1}"
        else: input
      - add:
        from: [conv, shortcut]
layers:
  - Pre: 8
  - Pre: {planes: 8, stride: 2}
""",
        1240,
        (8, 4, 4),
    ),
    "a layer of the model": Case(
        """\
name: Net
parameters: {wide: true, width: 6}
input: [4]
layers:
  - Linear: "${width}"
    name: first
  - Tanh
  - Linear: "${width}"
    name: second
    when: "${wide}"
    else: first
    init: {weight: {normal_: {std: 0.1}}, bias: ones_}
  - Linear: 2
""",
        30 + 42 + 14,
        (2,),
        (({"wide": False}, 30 + 14), ({"wide": False, "width": 3}, 15 + 8)),
    ),
    "a list of sources": Case(
        """\
name: Net
parameters: {joined: true}
input: {a: [6], b: [6], c: [6]}
layers:
  - cat: {dim: 1}
    from: [a, b]
    when: "${joined}"
    else: c
    name: joined_or_c
  - Bilinear: 6
    from: [b, c]
    when: "${joined}"
    else: a
    name: bilinear
  - cat: {dim: 1}
    from: [joined_or_c, bilinear]
  - Linear: 3
""",
        6 * 36 + 6 + 57,
        (3,),
        (({"joined": False}, 39),),
    ),
    "the first of several sources": Case(
        """\
name: Net
parameters: {mixed: false}
input: {a: [6], b: [6]}
blocks:
  Both:
    input: [left, right]
    layers:
      - Linear: 6
        from: right
        name: of_right
      - mul:
        from: [left, of_right]
layers:
  - Both:
    from: [a, b]
    when: "${mixed}"
    else: a
    name: both
  - add:
    from: [both, b]
    when: "${mixed}"
    else: both
  - Linear: 2
""",
        14,
        (2,),
        (({"mixed": True}, 42 + 14),),
    ),
    "rounds": Case(
        """\
name: Net
parameters: {deep: true, depth: 2}
input: {a: [6], b: [6]}
blocks:
  Both:
    input: [left, right]
    layers:
      - Linear: 6
        from: right
        name: of_right
      - mul:
        from: [left, of_right]
layers:
  - Linear: 6
    from: a
    repeat: "${depth}"
    when: "${deep}"
    else: b
    name: stage
  - Both:
    from: [stage, b]
    repeat: 3
    when: "${deep}"
    else: a
    name: mixed
  - Linear: 2
""",
        84 + 126 + 14,
        (2,),
        (({"deep": False}, 14), ({"depth": 1}, 42 + 126 + 14), ({"depth": 0}, 140)),
    ),
    "names that make a long line": Case(
        """\
name: Net
parameters: {uses_the_long_path_around: true}
input: {features_of_the_left: [4], features_of_the_right: [4]}
layers:
  - Linear: 4
    from: features_of_the_left
    name: transformed_features_of_the_left
    when: "${uses_the_long_path_around}"
    else: features_of_the_right
  - mul:
    from: [features_of_the_left, transformed_features_of_the_left]
    when: "${uses_the_long_path_around}"
    else: features_of_the_right
    name: product_of_the_transformed_features
outputs: [product_of_the_transformed_features]
""",
        20,
        (4,),
        (({"uses_the_long_path_around": False}, 0),),
    ),
    "another size": Case(
        """\
name: Net
parameters: {wide: false}
input: [4]
blocks:
  Choice:
    parameters: {wide: false}
    layers:
      - Linear: 5
        name: narrow
      - Linear: 7
        when: "${wide}"
        else: narrow
        from: input
layers:
  - Choice: {wide: "${wide}"}
    name: first
  - Choice: {wide: true}
  - Linear: 2
""",
        25 + (30 + 42) + 16,
        (2,),
        (({"wide": True}, (25 + 35) + (40 + 56) + 16),),
    ),
    "never and always": Case(
        """\
name: Net
input: [4]
layers:
  - Linear: 5
    name: first
  - Linear: 3
    name: second
  - Linear: 6
    when: false
    else: first
    name: never
  - Linear: 3
    when: true
    else: first
    name: always
  - add:
    from: [always, second]
""",
        25 + 18 + 18,
        (3,),
    ),
}


def loaded(name: str) -> api.Network:
    return network_of(CASES[name].text)


def test_code_of_a_shortcut() -> None:
    text = api.render(loaded("a shortcut behind an activation"), "explicit")["net.py"]
    assert "x if self.shortcut is None else self.shortcut(y)" in text
    assert "self.shortcut: nn.Module | None = None\n        if stride != 1:" in text


def test_what_passes_is_captured_where_the_layer_is_left_out() -> None:
    """In a block, whose one use leaves it out while the other runs it."""
    names = ("pre_1.shortcut", "pre_2.shortcut")
    network = loaded("a shortcut behind an activation")
    x = torch.rand(2, 8, 8, 8)
    for style in api.STYLES:
        made = model(network, style, capture=names).eval()
        _, first, second = made(x)
        assert torch.equal(first, x)
        assert second.shape == (2, 8, 4, 4)


def test_a_layer_that_only_else_takes_is_kept() -> None:
    network = loaded("another size")
    assert network.warnings == ()
    nodes = {node.name: node for node in network.graph.blocks[0].nodes}
    assert nodes["linear_1"].otherwise == "narrow"
    assert "narrow" in nodes


@pytest.mark.parametrize("operands", ["[input, conv]", "[conv, input]"])
def test_a_sum_has_the_size_of_what_passes_instead(operands: str) -> None:
    """The order of the operands decides nothing, however many blocks follow."""
    loaded = network_of(f"""\
name: Net
parameters:
  table: [[4, 1, 3], [8, 2, 3], [8, 1, 5], [4, 2, 5], [4, 1, 3], [4, 1, 3]]
input: [4, 32, 32]
blocks:
  Block:
    parameters: {{channels: 4, stride: 1, kernel: 3}}
    layers:
      - Conv2d: {{out_channels: "${{channels}}", kernel_size: "${{kernel}}",
                 padding: "${{kernel // 2}}", stride: "${{stride}}"}}
        name: conv
      - add:
        from: {operands}
        when: "${{stride == 1 and in_channels == channels}}"
        else: conv
  Stage:
    parameters: {{channels: 4, stride: 1, kernel: 3, depth: 2}}
    layers:
      - Block: {{channels: "${{channels}}", stride: "${{stride if index == 0 else 1}}",
                kernel: "${{kernel}}"}}
        repeat: "${{depth}}"
layers:
  - Stage: {{channels: "${{table[index][0]}}", stride: "${{table[index][1]}}",
            kernel: "${{table[index][2]}}"}}
    repeat: "${{len(table)}}"
""")
    for style in api.STYLES:
        made = model(loaded, style)
        assert made(torch.randn(2, 4, 32, 32)).shape == (2, 4, 8, 8)
        other = type(made)(table=((4, 2, 3), (4, 2, 5), (6, 1, 3)))
        assert other(torch.randn(2, 4, 32, 32)).shape == (2, 6, 8, 8)
