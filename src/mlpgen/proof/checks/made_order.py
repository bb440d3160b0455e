"""The order in which the classes of a model make their layers, as the spec says it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from .errors import FailsError

if TYPE_CHECKING:
    from torch import nn

    from .interpreter.interpreter import Interpreter


def need_made_order(interpreter: Interpreter, model: nn.Module, style: str) -> None:
    """Check the order of the keys that each class has in its state_dict.

    Raises:
        FailsError: With the first class for which it is another.
    """
    modules = dict(model.named_modules(remove_duplicate=False))
    for name, written in interpreter.classes.items():
        if written["numbered"] or name not in modules:
            continue
        found, wanted = _keys(modules[name]), _attributes(written)
        right = sorted(found, key=lambda key: wanted.get(key[1], len(wanted)))
        right.sort(key=lambda key: key[0])
        for one, other in zip(found, right, strict=True):
            if one != other:
                where = f"in `{name}` of {style}" if name else f"in {style}"
                message = f"`{one[1]}` is made where the spec makes `{other[1]}`"
                raise FailsError(f"{message} {where}")


def _attributes(written: dict[str, Any]) -> dict[str, int]:
    """Number the attributes of a class as its spec makes them."""
    run = (entry["name"].partition(".")[0] for entry in written["layers"])
    made = dict.fromkeys(chain(written["order"], run))
    return {name: at for at, name in enumerate(made)}


def _keys(module: nn.Module) -> list[tuple[int, str]]:
    """Return the attributes with keys: parameters, then buffers, then modules."""
    parameters = module.named_parameters(recurse=False, remove_duplicate=False)
    buffers = module.named_buffers(recurse=False, remove_duplicate=False)
    inner = ((name, each) for name, each in module.named_children() if _has_keys(each))
    kinds = enumerate((parameters, buffers, inner))
    return [(kind, name) for kind, every in kinds for name, _ in every]


def _has_keys(module: nn.Module) -> bool:
    """Tell whether a module has keys in a state_dict."""
    return bool(module.state_dict())
