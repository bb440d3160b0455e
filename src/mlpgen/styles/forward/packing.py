"""Packed sequences, in which a recurrent layer reads no padding.

A sequence is packed, the layer called on it, and its output padded again:
`x, _ = pad_packed_sequence(packed, batch_first=True, total_length=x.shape[1])`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import call, flat, operand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.graph.nodes import Node
    from mlpgen.styles.code import Group, Piece, Value

PACK, PAD = "pack_padded_sequence", "pad_packed_sequence"
OUTPUT = "output"
"""The part of a recurrent layer that is packed."""


def is_packed(node: Node) -> bool:
    """Tell whether a layer takes lengths."""
    return node.call.packs is not None


def pack(sequence: Value, lengths: Value) -> Group:
    """Write the call that packs a sequence; torch wants the lengths on the CPU."""
    return call(
        PACK,
        sequence,
        f"{operand(lengths).atom}.cpu()",
        "batch_first=True",
        "enforce_sorted=False",
    )


def pad(packed: Piece, length: str) -> Group:
    """Write the call that pads a packed sequence to a length, and says all lengths."""
    return call(PAD, packed, "batch_first=True", f"total_length={length}")


def padded_from_hook(packed: str, node: Node) -> Group:
    """Write what a packed layer returned, as a hook has recorded it, with padding."""
    length = int(node.inputs[0].shape[0])
    return pad(packed, str(length))._replace(closing=")[0]")


def bases(node: Node, parts: Iterable[str]) -> set[str]:
    """Return the parts of what a call returns that some parts are computed from."""
    return {node.pick(part)[0] for part in parts}


def imports(node: Node, parts: Iterable[str]) -> set[str]:
    """Return the names that a layer imports, for the parts of it that are read."""
    if not is_packed(node):
        return set()
    return {PACK, PAD} if OUTPUT in bases(node, parts) else {PACK}


def in_code(code: Piece) -> set[str]:
    """Return the names that a code imports."""
    return {PAD} if PAD in flat(code) else set()
