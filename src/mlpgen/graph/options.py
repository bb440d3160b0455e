"""Keys beside a type that say nothing about a layer of this type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.layers import CONTAINERS
from mlpgen.vocabulary import CUSTOM, HELD, SHARE, every_type

if TYPE_CHECKING:
    from mlpgen.items import Item
    from mlpgen.problems import Problems

_CODES = {
    "init": "MG229",
    "parametrize": "MG229",
    "select": "MG219",
    "share": "MG226",
}
"""The keys that not every type can have, and what their mistakes are."""


def check_options(item: Item, problems: Problems) -> None:
    """Refuse keys that would be read by nobody."""
    for key, help in _meaningless(item.type).items():
        if key in item.options:
            message = f"`{key}` has no meaning beside `{item.type}`"
            path = (*item.path, key)
            problems.add(_CODES[key], message, path, key=True, help=help)


def _meaningless(type_: str) -> dict[str, str]:
    """Return the keys that a type cannot have, and what to write instead."""
    if type_ in HELD:
        return {"init": f"it is an argument: `{type_}: {{shape: …, init: …}}`"}
    if type_ == SHARE:
        help = "write it at the layer whose module this is"
        select = "take a part of it by its name: `from: name.part`"
        return {"init": help, "parametrize": help, "select": select}
    alone = type_ == CUSTOM or type_ in CONTAINERS
    if not alone and type_ in every_type():
        return {}
    inside = "write it at the layers inside of it" if type_ != CUSTOM else ""
    share = "`- share: name` alone uses the module of a layer again"
    found = {"init": inside, "parametrize": inside, "share": share}
    if type_ in CONTAINERS:
        found["init"] = "write rules by type in the `init` of the model"
    if alone:
        found["select"] = "it gives one tensor: leave `select` out"
    return found
