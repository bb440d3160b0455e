"""What an author meant who wrote a value or a key in another way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_origin

from mlpgen.diagnostics.advice import Advice, Replaced
from mlpgen.spec.wording import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

_PLAIN = (str, int, float, bool)


WORDS = {"yes": True, "on": True, "no": False, "off": False}
"""Words that older versions of YAML read as true and false."""


def true_or_false(value: object) -> str:
    """Return how YAML writes a word that was meant as true or false; else nothing."""
    if not isinstance(value, str) or value.lower() not in WORDS:
        return ""
    meant = WORDS[value.lower()]
    return Advice(f"write `{plain(meant)}`", Replaced(meant))


def empty_above(
    given: Mapping[str, Any], known: Mapping[str, FieldInfo]
) -> dict[str, str]:
    """Return, of unknown keys, the one without a value that they stand below.

    It is no key of one text or number: nothing can be indented below such a key.
    """
    found: dict[str, str] = {}
    empty = ""
    for key, value in given.items():
        if key not in known:
            found[key] = empty
        elif value is not None:
            empty = ""
        kind = known[key].annotation if key in known else None
        if value is None and kind not in _PLAIN and get_origin(kind) is not Literal:
            empty = key
    return found


def correction(field: str, value: object) -> str:
    """Say how to write the value that was meant."""
    if field == "layers" and isinstance(value, list) and isinstance(value[0], str):
        if value[0].startswith("-"):
            return "put a space after each `-`"
        if " " in value[0]:
            return "write each layer as its own entry, after `- `"
    if isinstance(value, dict):
        return "remove the `- ` before its keys"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        if next(iter(value[0]), "").startswith("-"):
            return "put a space after each `-`"
        return "put `- ` before each of its keys"
    return Advice(f"write `{plain(value)}`", Replaced(value))
