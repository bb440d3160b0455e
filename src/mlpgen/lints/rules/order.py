"""Attention to texts that does not know the order of their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument

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
    recipe = subject.model.recipe
    if recipe is None or not recipe.dataset.origin.single_texts:
        return
    steps = int(recipe.dataset.shape[0])
    found = [*subject.flow.of(*_ATTENTION)]
    if not found or any(map(_has_mask, found)):
        return
    moved = any(each.kind in _MOVES for each in subject.flow.operations)
    if all(_is_blind(each, steps, moved) for each in subject.flow.operations):
        yield Finding(
            f"`{found[0].name}` does not know the order of the words: nothing before "
            "it tells their places apart",
            found[0].node.path,
            found[0].owner,
            help=f"add an `Embedding` of `arange: {steps}` to that of the words",
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
        return False
    if each.kind in _ATTENTION | _EACH | _POOLS or kinds.is_inert(each):
        features = each.node.input[-1] if each.kind == "Linear" else 0
        return not moved or int(features) != steps
    if each.kind in _CUTS:
        given, made = each.node.input, each.node.output
        return len(given) < 2 or int(given[0]) == int(made[0]) == steps
    return kinds.is_view(each)


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
        "hint",
        _blind,
        Explanation(
            "Attention to words without their order",
            "This is a hint. Attention is the same whatever order the steps have; "
            "therefore Vaswani et al. (Attention is all you need, 2017, section 3.5) "
            "add encodings of positions to the embeddings. Without them a sentence is "
            "a bag of words: `not good, bad` and `not bad, good` are the same. Silent "
            "if anything in the network depends on places: learned or computed "
            "positions, recurrent layers, convolutions, masks of later steps, a "
            "`Flatten` behind it. Only for texts, whose order matters. How sure: what "
            "the network cannot see is certain; for some texts it is enough.",
            _reader(),
            _reader(
                "arange: 64",
                "Embedding: {num_embeddings: 64, embedding_dim: 32}\n    name: places",
                "add:\n    from: [words, places]",
            ),
        ),
    ),
)
