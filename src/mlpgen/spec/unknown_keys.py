"""Help for unknown keys beside the type of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Lowered
from mlpgen.spec.wording import Guess, did_you_mean, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

_OTHER_KEYS = {
    "if": "when",
    "input": "from",
    "inputs": "from",
    "times": "repeat",
}
"""Keys that other formats use, and those that are meant."""
_OF_CLASSES = ("order", "outputs", "parameters", "values")
"""Keys of the model and of blocks."""


def lowered(type_: str, key: str, shorthand: str | None) -> str:
    """Return help for an argument that stands beside its type.

    Args:
        type_: The type.
        key: The argument.
        shorthand: The argument that a single value of the type stands for.
    """
    text = f"indent arguments below `{type_}`: `{type_}: {{{key}: …}}`"
    return Advice(text, Lowered(type_, shorthand))


def about_key(key: str, keys: Iterable[str]) -> str:
    """Return help for a key that nothing has.

    Args:
        key: The key.
        keys: Those that an entry can have beside its type.
    """
    if key in _OF_CLASSES:
        return f"write `{key}` beside the `layers` of the model or of a block"
    meant = [_OTHER_KEYS[key]] if key in _OTHER_KEYS else []
    help = did_you_mean(key, Guess(meant, bool(meant))) or nearest(key, keys)
    if not help and not key[:1].isupper():
        help = f"the keys beside a type are {listed(keys)}"
    return help or "write each layer as its own entry, after `- `"
