"""Layers that see what comes next where that is what the network should predict."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mlpgen.diagnostics.explanations.explanation import Explanation
from mlpgen.lints.kinds import inherits
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, give, sizes, spot_of
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.layers.attention_masks import HasMasks
    from mlpgen.lints.rule import Subject

_SHIFTS = frozenset(
    ("Pad", "ZeroPad1d", "ConstantPad1d", "Slice", "Narrow", "Roll", "Flip", "Cat")
)
_SCALES = frozenset(("Mul", "Div", "Dropout", "Clamp", "Tanh", "Float"))
_MOVES = frozenset(("Transpose", "Permute", "Movedim"))
_PRODUCTS = frozenset(("Matmul", "Bmm", "Einsum"))


def _leaks(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or not recipe.dataset.text or recipe.target != "next":
        return
    length = int(recipe.dataset.shape[0])
    shifted = False
    for each in subject.flow.operations:
        shifted |= each.kind in _SHIFTS
        flag = _flag(each, length)
        if flag is not None:
            help = _help(each, flag, subject)
            yield _finding(each, subject, flag, _ATTENTION, help)
        elif argument(each, "bidirectional") is True and int(each.node.input[0]) > 1:
            yield _finding(each, subject, "bidirectional", _BACKWARDS, "leave it out")
        elif each.kind == "Conv1d" and not shifted and _is_centered(each, length):
            yield _finding(each, subject, "padding", _CENTERED, _PADDED)
        elif each.kind == "Linear" and _mixes_steps(each, length):
            yield _finding(each, subject, "out_features", _MIXES, _MASKED)


_ATTENTION = "attends to the steps that come next"
_BACKWARDS = "reads the sequence backwards, too"
_CENTERED = "sees the steps on both sides"
_MIXES = "mixes all steps, also those that come next"
_MASKED = "multiply by a lower triangle (`tril`) of weights instead"
_PADDED = "pad on the left only: `ZeroPad1d: [2, 0]` before a kernel of 3"


def _flag(operation: Operation, length: int) -> str | None:
    """Return the argument that hides later steps from an attention to all steps.

    It is empty if the attention is made of functions, and None if it hides them.
    """
    cls = layer_class(operation.node.type)
    if cls is not None and inherits(cls, "HasMasks"):
        return _missing_mask(operation, cast("type[HasMasks]", cls), length)
    if operation.kind == "ScaledDotProductAttention":
        free = len(operation.sources) == 3 and not argument(operation, "is_causal")
        whole = all(each.shape[-2:-1] == (length,) for each in operation.node.inputs)
        return "is_causal" if free and whole else None
    if operation.kind == "Softmax" and _is_attention(operation, length):
        return ""
    return None


def _missing_mask(operation: Operation, cls: type[HasMasks], length: int) -> str | None:
    """Return the first causal mask that is missing; None if none is."""
    call = operation.node.call
    given = {*call.named, *(mask for mask, _ in call.causal)}
    inputs = operation.node.inputs[: len(operation.sources) - len(call.named)]
    for mask, about in cls.masks.items():
        if len(about) == 1 or mask in given:
            continue
        seen = [inputs[min(at, len(inputs) - 1)] for at in about]
        if all(each.batched and int(each.shape[0]) == length for each in seen):
            return next((f for f, made in cls.causal.items() if made == mask), mask)
    return None


def _help(operation: Operation, flag: str, subject: Subject) -> str:
    if not flag:
        return "fill the products with `-.inf` by a `masked_fill` where a step is later"
    if "causal" not in flag:
        return f"add `{flag}: true`, and a mask to `from`"
    return give(f"add `{flag}: true`", operation, flag, True, subject.sources)


def _is_attention(operation: Operation, length: int) -> bool:
    """Return whether a softmax is that of an attention without any mask."""
    shape = operation.node.output
    if tuple(map(int, shape[-2:])) != (length, length):
        return False
    if argument(operation, "dim") not in (-1, len(shape)):
        return False
    before = operation.before
    while before is not None and before.kind in _SCALES and len(before.sources) == 1:
        before = before.before
    behind = operation.users
    while len(behind) == 1 and behind[0].kind == "Dropout":
        behind = behind[0].users
    return (
        before is not None
        and before.kind in _PRODUCTS
        and all(each.value.batched for each in before.sources)
        and bool(behind)
        and all(each.kind in _PRODUCTS for each in behind)
    )


def _is_centered(operation: Operation, length: int) -> bool:
    """Return whether a convolution pads a whole sequence on both sides, to keep it."""
    kernel, dilation = (
        sizes(operation, name, 1)[0] for name in ("kernel_size", "dilation")
    )
    kept = int(operation.node.input[-1]) == int(operation.node.output[-1]) == length
    return kept and kernel > 1 and dilation * (kernel - 1) < length


def _mixes_steps(operation: Operation, length: int) -> bool:
    """Return whether a layer multiplies the steps, which were moved to the end."""
    before = operation.before
    while before is not None and before.kind in _SCALES and len(before.sources) == 1:
        before = before.before
    if before is None or before.kind not in _MOVES or before.node.input[0] != length:
        return False
    return (operation.node.input[-1], operation.node.output[-1]) == (length, length)


def _finding(
    each: Operation, subject: Subject, name: str, what: str, help: str
) -> Finding:
    message = f"`{each.name}` {what}, and these are what the network should predict"
    return spot_of(each, name, subject.sources).finding(message, help)


_GPT = """\
name: Net
input: {{tokens: {{shape: [32], dtype: int64}}}}
layers:
  - Embedding: {{num_embeddings: 64, embedding_dim: 16}}
  - TransformerEncoderLayer: {{nhead: 2, dim_feedforward: 32{causal}}}
  - Linear: 64
training:
  data: {{text: book.txt}}
  loss: CrossEntropyLoss
  optimizer: {{Adam: {{lr: 0.001}}}}
"""

RULES = (
    Rule(
        "MG513",
        "warning",
        _leaks,
        Explanation(
            "A view of what should be predicted",
            "This is a warning. With running text, the target of each step is the "
            "next one, which is an input, too. A network that sees later steps copies "
            "it: the loss falls to almost zero, and the network has learned nothing "
            "that it can use when there is no next step yet. Attention needs a mask "
            "(Vaswani et al., Attention is all you need, 2017, section 3.2.3), "
            "convolutions have to be padded on the left only (Bai et al., An "
            "empirical evaluation of generic convolutional and recurrent networks, "
            "2018, section 3.1), recurrent layers read in one direction, and a linear "
            "layer over the steps sees them all. How sure: certain, unless other "
            "layers hide the later steps.",
            _GPT.format(causal=""),
            _GPT.format(causal=", is_causal: true"),
        ),
    ),
)
