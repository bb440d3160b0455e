"""Attention that does not know the order of words, patches or steps."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_ATTENTION = frozenset(
    ("TransformerEncoder", "TransformerEncoderLayer", "MultiheadAttention")
) | {"ScaledDotProductAttention"}
_EACH = (
    kinds.ACTIVATIONS
    | {"Embedding", "Linear", "LayerNorm", "RMSNorm", "GLU", "Add", "Sub", "Mul"}
    | {"Div", "Float", "Long", "Eq", "Ne", "MaskedFill", "LogicalNot", "Bool", "Chunk"}
    | {"Split", "Unbind"}
)
"""What treats each step alike."""
_POOLS = frozenset(("Mean", "Sum", "Amax", "Max", "Select"))
_MOVES = frozenset(("Transpose", "Permute", "Movedim"))
_CUTS = frozenset(("Flatten", "Reshape", "View", "Unflatten"))


def _blind(subject: Subject) -> Iterator[Finding]:
    steps = _steps(subject)
    if not steps:
        return
    found = [*subject.flow.of(*_ATTENTION)]
    if not found or any(map(_has_mask, found)):
        return
    moved = any(each.kind in _MOVES for each in subject.flow.operations)
    if all(_is_blind(each, steps, moved) for each in subject.flow.operations):
        yield Finding(
            f"`{found[0].name}` does not know the order of the {_what(subject)}: "
            "nothing before it tells their places apart",
            found[0].node.path,
            found[0].owner,
            help=f"add an `Embedding` of `arange: {steps}` to the {_what(subject)}",
        )


def _steps(subject: Subject) -> int:
    """Return how many words or patches there are, whose order matters; 0 if none."""
    recipe, inputs = subject.model.recipe, subject.model.inputs
    if recipe is not None and recipe.settings.weights is not None:
        return 0
    if recipe is not None and recipe.dataset.origin.single_texts:
        return int(recipe.dataset.shape[0])
    if len(inputs) != 1:
        return 0
    ((name, value),) = inputs.items()
    if value.dtype == "int64" and recipe is None and name in _WORDS:
        return int(value.shape[0]) if len(value.shape) == 1 else 0
    if _is_series(subject):
        return int(value.shape[0])
    cuts = [each for each in subject.flow.operations if _cuts(each)]
    return prod(map(int, cuts[0].node.output[1:])) if len(cuts) == 1 else 0


_WORDS = ("tokens", "words", "text", "ids", "input_ids", "sentence", "characters")


def _is_series(subject: Subject) -> bool:
    """Tell whether the input is a series of numbers, and no set of things."""
    model = subject.model
    ((name, value),) = model.inputs.items()
    if value.dtype != "float32" or len(value.shape) != 2:
        return False
    spoken = f"{model.name} {model.description} {name} {' '.join(_named(subject))}"
    found = {*re.findall(r"[a-z]+", re.sub(r"([A-Z])", r" \1", spoken).lower())}
    return int(value.shape[0]) >= _LONG and not found & _SETS


def _named(subject: Subject) -> list[str]:
    return [each.node.name for each in subject.flow.operations if each.node.named]


_LONG = 32
_SET_WORDS = """
agent agents atom atoms bag bags cloud clouds columns detections detector edges
fields graph hits instances item items jet jets lidar members molecule neighbors
node nodes object objects particle particles patch patches permutation players point
points proposals regions set sets slots stars tiles tracks unordered
"""
_SETS = frozenset(_SET_WORDS.split())
"""Words for what has no order."""


def _what(subject: Subject) -> str:
    if any(map(_cuts, subject.flow.operations)):
        return "patches"
    floats = any(each.dtype == "float32" for each in subject.model.inputs.values())
    return "steps" if floats else "words"


def _cuts(each: Operation) -> bool:
    """Tell whether a convolution cuts a picture into patches, none twice."""
    if each.kind != "Conv2d" or each.before is not None:
        return False
    kernel = sizes(each, "kernel_size", 2)
    pads = argument(each, "padding")
    return (
        kernel == sizes(each, "stride", 2) and min(kernel) > 1 and pads in (0, (0, 0))
    )


def _has_mask(each: Operation) -> bool:
    """Tell whether steps see some others only, by whatever mask but of padding."""
    call = each.node.call
    masks = [name for name in call.named if not name.endswith("padding_mask")]
    return bool(call.causal or masks or argument(each, "is_causal"))


def _is_blind(each: Operation, steps: int, moved: bool) -> bool:
    """Tell whether an operation gives the same for the steps in another order.

    Args:
        each: The operation.
        steps: How many steps there are.
        moved: Whether steps may be in the last dimension, where they are features.
    """
    if kinds.is_constant(each):
        return each.kind == "Parameter" and prod(map(int, each.node.output[:-1])) == 1
    if _cuts(each) or (each.kind == "Cat" and _adds_token(each)):
        return True
    if each.kind in _ATTENTION | _EACH | _POOLS or kinds.is_inert(each):
        features = each.node.input[-1] if each.kind == "Linear" else 0
        return not moved or int(features) != steps
    if each.kind in _CUTS:
        given, made = each.node.input, each.node.output
        if len(given) == len(made) + 1 and int(made[-1]) == steps:
            return int(given[0]) == int(made[0])  # the places of patches in a row
        return len(given) < 2 or int(given[0]) == int(made[0]) == steps
    return kinds.is_view(each)


def _adds_token(each: Operation) -> bool:
    """Tell whether one more step is put before the others, which keep their order."""
    made = [source.operation for source in each.sources if source.operation]
    return len(each.sources) == 2 and any(map(_is_token, made))


def _is_token(each: Operation) -> bool:
    first: Operation | None = each
    while first is not None and first.kind in ("Expand", "Unsqueeze", "ExpandAs"):
        first = first.before
    return first is not None and first.kind == "Parameter"


def _reader(*between: str) -> str:
    layers = (
        "Embedding: {num_embeddings: 999, embedding_dim: 32}\n    name: words",
        *between,
        "TransformerEncoder: {nhead: 4, num_layers: 2}",
        "mean: 1",
        "Linear: 2",
    )
    listed = "".join(f"  - {each}\n" for each in layers)
    return (
        "name: Net\ninput: {tokens: {shape: [64], dtype: int64}}\nlayers:\n"
        f"{listed}training:\n  data: {{text: moods, units: words}}\n"
        "  loss: CrossEntropyLoss\n  optimizer: {AdamW: {lr: 0.001}}\n"
    )


RULES = (
    Rule(
        "MG529",
        "warning",
        _blind,
        Explanation(
            "Attention to words or steps without their order",
            "This is a warning. Attention is the same whatever order the steps have; "
            "therefore Vaswani et al. (Attention is all you need, 2017, section 3.5) "
            "add encodings of positions to the embeddings. Without them a sentence is "
            "a bag of words: `not good, bad` and `not bad, good` are the same. Silent "
            "if anything in the network depends on places: learned or computed "
            "positions, recurrent layers, convolutions, masks of later steps, a "
            "`Flatten` behind it. Only for texts, for patches that a convolution cuts "
            "a picture into (Dosovitskiy et al., arXiv:2010.11929), and for series of "
            "at least 32 steps, if no name speaks of a set, of points or objects. How "
            "sure: what the network cannot see is certain; it may be enough.",
            _reader(),
            _reader(
                "arange: 64",
                "Embedding: {num_embeddings: 64, embedding_dim: 32}\n    name: places",
                "add:\n    from: [words, places]",
            ),
        ),
    ),
)
