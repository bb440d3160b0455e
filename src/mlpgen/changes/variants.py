"""Two networks with other arguments and other free sizes than those by default.

`${2 * width}` and `${width + 4}` are equal for a width of 4, and for no other.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.api import shown
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.graph.build import build
from mlpgen.pictures.layer_text import plain
from mlpgen.symbols.other_values import other_values
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.api import Network
    from mlpgen.symbols.expressions import Numbers

MOST = 16
"""How many variants are compared."""
_OF_EACH = 3
_LARGE = 2000
"""Networks of more layers have no variants: to resolve them takes long."""


class Variant(NamedTuple):
    """Two networks with one value that is another one.

    Attributes:
        said: The value, as people write it: `width=5`.
        free: Whether it is a free size, and no argument of the constructor.
        old: The old network.
        new: The new network.
    """

    said: str
    free: bool
    old: Network
    new: Network


def variants(old: Network, new: Network) -> Iterator[Variant]:
    """Yield variants of two networks, those of each parameter and size in turn.

    There are none of networks whose specs are the same, or that are large.
    """
    texts = [{k: v.data for k, v in each.documents.items()} for each in (old, new)]
    large = max(old.graph.layers, new.graph.layers) > _LARGE
    if texts[0] == texts[1] or large:
        return
    one, other = old.graph.examples, new.graph.examples
    of_each = [
        *(_variants(old, new, name, value) for name, value in _parameters(old, new)),
        *(
            _variants(old, new, name, value, free=True)
            for name, value in one.items()
            if name in other
        ),
    ]
    turns = zip_longest(*of_each)
    yield from islice((each for turn in turns for each in turn if each), MOST)


def _parameters(old: Network, new: Network) -> Iterator[tuple[str, Numbers]]:
    """Yield the parameters that both have, with equal defaults."""
    one, other = old.graph.parameters, new.graph.parameters
    for name, value in one.items():
        fixed = name in old.graph.bound or name in new.graph.bound
        if fixed or name not in other or isinstance(value, TypeName):
            continue
        if plain(value) == plain(other[name]):
            yield name, value


def _variants(
    old: Network, new: Network, name: str, value: Numbers, *, free: bool = False
) -> Iterator[Variant]:
    """Yield variants with other values that both specs allow."""
    made = 0
    for other in other_values(value):
        one, two = (_resolved(each, name, other, free=free) for each in (old, new))
        if made < _OF_EACH and one is not None and two is not None:
            made += 1
            yield Variant(f"{name}={shown(other)}", free, one, two)


def _resolved(network: Network, name: str, value: Any, *, free: bool) -> Network | None:
    """Return a network with another value; None if its spec does not allow it."""
    given = {name: value}
    settings = {**network.settings, **({} if free else given)}
    sizes = {**network.graph.examples, **(given if free else {})}
    try:
        graph = build(network.document, settings, sizes).graph
    except SpecError:
        return None
    return network._replace(graph=graph, settings=settings)
