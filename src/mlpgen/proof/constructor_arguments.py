"""The model with other constructor arguments, as the spec defines it for them."""

from __future__ import annotations

from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.graph.build import build
from mlpgen.proof.claims import claims
from mlpgen.proof.other_types import other_types, same_code
from mlpgen.symbols.other_values import other_values
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.api import Network
    from mlpgen.proof.claims import Claims
    from mlpgen.symbols.type_names import ParameterValue

MOST = 8
"""How many variants of one network are tried."""
_OF_EACH = 2


class Variant(NamedTuple):
    """The model with one changed argument.

    Attributes:
        arguments: The arguments of the constructor.
        claims: What mlpgen predicts for them.
        text: The file of the model, rendered with these as defaults.
    """

    arguments: dict[str, ParameterValue]
    claims: Claims
    text: str


class ConstructorArguments(NamedTuple):
    """The constructor arguments that are tried.

    Attributes:
        parameters: The names of all parameters of the constructor.
        warned: Those that cannot be changed, which mlpgen warns about (MG316).
        variants: The variants that are tried of the others.
    """

    parameters: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()


def constructor_arguments(
    network: Network, captured: Sequence[str] = ()
) -> ConstructorArguments:
    """Load the spec of a network with other values of its parameters.

    Args:
        network: The network.
        captured: What its model returns besides its outputs.
    """
    defaults = network.graph.parameters
    warned = network.graph.bound
    found = [
        _variants(network, name, captured) for name in defaults if name not in warned
    ]
    turns = zip_longest(*found)  # the first of each parameter, then the second
    variants = (each for turn in turns for each in turn if each is not None)
    return ConstructorArguments((*defaults,), warned, (*islice(variants, MOST),))


def _variants(
    network: Network, name: str, captured: Sequence[str]
) -> Iterator[Variant]:
    """Yield variants of one parameter, of those values that the spec allows."""
    default = network.graph.parameters[name]
    found = chain.from_iterable(
        _variant(network, name, value, captured) for value in _others(default)
    )
    return islice(found, _OF_EACH + isinstance(default, tuple))


def _variant(
    network: Network, name: str, value: ParameterValue, captured: Sequence[str]
) -> Iterator[Variant]:
    settings = {**network.settings, name: value}
    try:
        built = build(network.document, settings, network.graph.examples)
        other = network._replace(graph=built.graph, settings=settings)
        texts = api.render(other, "explicit", capture=captured)
    except SpecError:
        return
    if isinstance(value, TypeName) and not same_code(network.graph, built.graph):
        return
    text = texts[f"{built.graph.stem}.py"]
    yield Variant({name: value}, claims(built.graph, captured), text)


def _others(value: ParameterValue) -> Sequence[ParameterValue]:
    """Return other values to try, the best first."""
    if isinstance(value, TypeName):
        return [TypeName(each, "nn.", None) for each in other_types(value)]
    return other_values(value)
