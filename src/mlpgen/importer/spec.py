"""From a recording to the text of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.importer.activations import with_activations
from mlpgen.importer.block import Draft, class_name, parameter_name
from mlpgen.importer.blocks import with_blocks
from mlpgen.importer.body import UNUSED
from mlpgen.importer.constants import with_constants
from mlpgen.importer.dense import with_joined_layers
from mlpgen.importer.expressions.features import Features
from mlpgen.importer.expressions.inference import expression
from mlpgen.importer.initial_values import initial_values
from mlpgen.importer.layer_values import with_layer_values
from mlpgen.importer.lists import with_whole_lists
from mlpgen.importer.members import with_members
from mlpgen.importer.mistakes import mistaken, network_of
from mlpgen.importer.model_body import body_of
from mlpgen.importer.order import ordered
from mlpgen.importer.outputs import with_used_outputs
from mlpgen.importer.phrases import with_phrases
from mlpgen.importer.quiet import without_idle_layers
from mlpgen.importer.rounds import ByIndex
from mlpgen.importer.simplify import simplified, with_used_inputs
from mlpgen.importer.text import spec_text
from mlpgen.importer.unused import with_places, with_unused
from mlpgen.importer.uses import MOST_APART

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.importer.body import Body
    from mlpgen.importer.recording import Recording


class Written(NamedTuple):
    """A spec that was written.

    Attributes:
        text: It.
        read: What it reads as: a network, or mistakes, which are a fault of mlpgen.
        inputs: Which inputs of the original it has: those that something uses.
        beside: The keys of parameters whose initial values stand beside their layer.
    """

    text: str
    read: Network | SpecError
    inputs: tuple[int, ...] = ()
    beside: frozenset[str] = frozenset()

    def network(self) -> Network:
        """Return the network.

        Raises:
            SpecError: The spec is not valid.
        """
        if isinstance(self.read, SpecError):
            raise self.read
        return self.read


def spec_of(recording: Recording, name: str = "", file: str = "") -> Written:
    """Return the spec of a recorded model.

    Args:
        recording: The model.
        name: The name of its class, if not the author's.
        file: The name of its files, if it does not follow from that of the class.

    Raises:
        UnsaidError: No spec can say it.
    """
    body = with_used_outputs(body_of(recording), recording.modules)
    body = simplified(with_activations(body), recording.modules)
    body = with_members(with_joined_layers(body), recording.modules)
    body = with_whole_lists(with_unused(body, recording.modules))
    body = with_constants(ordered(with_phrases(body), recording.modules))
    recording, body, kept = _with_used_inputs(recording, body)
    title = name or class_name(recording.name)
    init = initial_values(recording)
    apart: dict[tuple[str, str], int] = {}
    while True:
        draft = without_idle_layers(with_blocks(body, recording, apart))
        draft, parameters = _with_parameters(draft, recording)
        draft = draft._replace(body=settled(draft.body))
        draft, beside = with_layer_values(draft, init, recording.modules)
        draft = with_places(draft, recording.modules)
        text = spec_text(draft, recording, title, file, parameters, init)
        read = network_of(text)
        if not isinstance(read, SpecError):
            return Written(text, read, kept, beside)
        wrong = [
            block.origin
            for block in mistaken(text, read, draft.blocks)
            if apart.get(block.origin, 0) < MOST_APART
        ]
        if not wrong:
            return Written(text, read, kept, beside)
        apart |= {origin: apart.get(origin, 0) + 1 for origin in wrong}


def _with_used_inputs(
    recording: Recording, body: Body
) -> tuple[Recording, Body, tuple[int, ...]]:
    """Leave out inputs of the model that nothing takes, unless that is all of them."""
    inside, kept = with_used_inputs(body)
    if not kept:
        return recording, body, tuple(range(len(body.inputs)))
    inputs = tuple(recording.inputs[at] for at in kept)
    return recording._replace(inputs=inputs), inside, (*kept,)


def _with_parameters(
    draft: Draft, recording: Recording
) -> tuple[Draft, dict[str, Any]]:
    """Name the number of classes, where the constructor does."""
    given = recording.modules[""].arguments
    found: dict[str, Any] = {}
    body = draft.body
    for name, value in given.items():
        if type(value) is not int or value < 2 or "class" not in name:
            continue
        changed = _replaced(body, value, parameter_name(name))
        if changed is not None:
            body, found[parameter_name(name)] = changed, value
    return draft._replace(body=body), found


def _replaced(body: Body, value: int, name: str) -> Body | None:
    """Put a parameter in the place of the last `out_features` that has its value."""
    for index in range(len(body.entries) - 1, -1, -1):
        entry = body.entries[index]
        if UNUSED in entry.options:
            continue
        if entry.body is not None:
            inner = _replaced(entry.body, value, name)
            if inner is None:
                continue
            entry = entry._replace(body=inner)
        elif entry.arguments.get("out_features") == value:
            arguments = {**entry.arguments, "out_features": f"${{{name}}}"}
            entry = entry._replace(arguments=arguments)
        else:
            continue
        entries = (*body.entries[:index], entry, *body.entries[index + 1 :])
        return body._replace(entries=entries)
    return None


def settled(body: Body) -> Body:
    """Write the arguments of rounds as expressions, where a model has them."""
    entries = []
    for entry in body.entries:
        arguments = {
            name: expression(Features({}, {}), (value,), name, "nothing")
            if isinstance(value, ByIndex)
            else value
            for name, value in entry.arguments.items()
        }
        inside = entry.body and settled(entry.body)
        entries.append(entry._replace(arguments=arguments, body=inside))
    return body._replace(entries=(*entries,))
