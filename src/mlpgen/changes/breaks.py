"""What a new spec breaks for those who use the old network or its checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.changes.interface import code_breaks
from mlpgen.changes.matching import match
from mlpgen.changes.reasons import CATEGORIES, Break
from mlpgen.changes.rounds import extra_rounds
from mlpgen.changes.sides import side_of
from mlpgen.changes.values import value_breaks
from mlpgen.changes.variants import variants
from mlpgen.changes.weights import weight_breaks
from mlpgen.diagnostics.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlpgen.api import Network
    from mlpgen.changes.reasons import Category
    from mlpgen.changes.sides import Side

CODES = {"code": "MG701", "weights": "MG702", "values": "MG703"}
"""The code of the diagnostics of a category."""


def breaks(
    old: Network,
    new: Network,
    categories: Collection[str] = CATEGORIES,
    modules: Collection[str] = (),
) -> list[Break]:
    """Find what breaks, by category.

    Args:
        old: The network that code and checkpoints are for.
        new: The network that takes its place.
        categories: `code`: what code that uses the class relies on. `weights`: what
            `load_state_dict(strict=True)` would refuse. `values`: what may give other
            outputs with the same weights.
        modules: The modules of custom layers whose files differ.
    """
    sides = side_of(old), side_of(new)
    found = [*code_breaks(*sides)] if "code" in categories else []
    found += _of_checkpoints(*sides, categories)
    if {"code", "values"} & {*categories}:
        told = {each.place for each in _of_checkpoints(*sides, CATEGORIES)}
        found += _of_variants(old, new, categories, told)
    return [*found, *_custom(sides[1], categories, modules)]


def _of_checkpoints(old: Side, new: Side, categories: Collection[str]) -> list[Break]:
    """Find what breaks for those who have weights of the old network."""
    matching = match(old.layers, new.layers)
    extra = extra_rounds(old, new)
    weights = weight_breaks(old, new, matching, extra)
    found = [*weights] if "weights" in categories else []
    if "values" in categories:
        misfit = any(each.certain for each in weights)
        if misfit and "weights" not in categories:
            found.append(_misfit(new))
        found += value_breaks(old, new, matching, extra, misfit=misfit)
    return found


def _of_variants(
    old: Network, new: Network, categories: Collection[str], told: Collection[object]
) -> Iterator[Break]:
    """Find what breaks with other arguments or free sizes alone: the first of it.

    Checkpoints are of the default arguments; who gives others relies on the code.

    Args:
        old: The old network.
        new: The new network.
        categories: Which to look for.
        told: The places of what breaks with the default arguments, too.
    """
    for each in variants(old, new):
        category: Category = "values" if each.free else "code"
        sides = side_of(each.old), side_of(each.new)
        if category not in categories:
            continue
        found = _of_checkpoints(*sides, CATEGORIES)
        first = next((one for one in found if one.place not in told), None)
        if first is not None:
            message = f"with {each.said}, {first.message}"
            yield first._replace(category=category, message=message)
            return


def _misfit(new: Side) -> Break:
    """Return the break of values that there are none to compare."""
    message = "the old weights do not fit: there are no outputs to compare"
    help = "`--category weights` tells what does not fit"
    return Break("values", message, new.place("layers"), help=help)


def _custom(
    new: Side, categories: Collection[str], modules: Collection[str]
) -> Iterator[Break]:
    """Tell the custom layers whose code is another, which nobody here reads."""
    for layer in new.layers.every:
        if layer.node.maker.module in modules:
            what = f"the code of the custom layer `{layer.key}` has changed: "
            place = new.place_of(layer)
            if "weights" in categories:
                message = f"{what}it may have other tensors"
                yield Break("weights", message, place, certain=False)
            if "values" in categories:
                message = f"{what}the same weights may give other outputs"
                yield Break("values", message, place, certain=False)


def removed(name: str) -> Break:
    """Return the break of a spec that is gone.

    Args:
        name: The file, as it was: `main:specs/net.yaml`.
    """
    return Break("code", f"`{name}` is gone, with its class and its module")


def diagnostics(found: list[Break]) -> list[Diagnostic]:
    """Return breaks as mistakes; what is not certain is a warning."""
    return [
        Diagnostic(
            CODES[each.category],
            each.message,
            each.place,
            each.notes,
            each.help,
            warning=not each.certain,
        )
        for each in found
    ]
