"""States that one recurrent layer hands to another, in torch's own form.

A spec has the batch first in states, torch has it after layers and directions. A state
that only goes from one layer into others is passed on as it is:
`_, state = self.encoder(x)`, then `self.decoder(y, state)`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlpgen.graph.walks import parts_in
from mlpgen.layers.recurrent_states import FORM_OF_LAST, FORMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlpgen.graph.nodes import Graph, Node


def with_passed_states(graph: Graph, outputs: Collection[str]) -> Graph:
    """Leave states as they are that only recurrent layers take.

    Args:
        graph: The class.
        outputs: The values that it returns.
    """
    read = {*outputs, *(name for node in graph.nodes for name in node.reads)}
    passed = {
        name
        for giver in graph.nodes
        for name, form in _states(giver, read)
        if name not in outputs and all(_takes(node, name, form) for node in graph.nodes)
    }
    if not passed:
        return graph
    return replace(graph, nodes=tuple(_with(node, passed) for node in graph.nodes))


def _states(node: Node, read: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield final states of a layer that are read, and the code that undoes theirs."""
    parts = parts_in(node, read)
    bases = [node.pick(part)[0] for part in parts]
    one = "num_layers" not in node.arguments
    for part, name in parts.items():
        base, code = node.pick(part)
        whole = code in FORMS and (one or code not in FORM_OF_LAST)
        if whole and bases.count(base) == 1 and not (node.rounds or node.batch):
            yield name, FORMS[code]


def _takes(node: Node, name: str, form: str) -> bool:
    """Tell whether a layer takes a value as a state in a form, if it takes it."""
    places = [at for at, source in enumerate(node.reads) if source == name]
    how = node.call
    fits = all(at in how.states and how.forms.get(at) == form for at in places)
    return fits and not (places and node.batch)


def _with(node: Node, passed: Collection[str]) -> Node:
    """Return a layer that gives and takes states in torch's form."""
    given = parts_in(node, passed)
    picks = {
        part: (base, "" if part in given else code)
        for part, (base, code) in node.picks.items()
    }
    forms = {
        at: code
        for at, code in node.call.forms.items()
        if at not in node.call.states or node.sources[at] not in passed
    }
    if given or len(forms) < len(node.call.forms):
        return node._replace(picks=picks, call=node.call._replace(forms=forms))
    return node
