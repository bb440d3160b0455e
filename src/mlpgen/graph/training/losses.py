"""Resolve the losses of a training: each with its output and target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.diagnostics.advice import Advice, Argument
from mlpgen.graph.effects.effect import UNKNOWN
from mlpgen.graph.training.components import read_component, read_keys
from mlpgen.graph.training.custom import check_function, check_outputs, with_values
from mlpgen.graph.training.places import class_dim
from mlpgen.graph.training.ranges import out_of_range
from mlpgen.graph.training.readings import check_readings
from mlpgen.graph.training.recipe import LossTerm
from mlpgen.graph.training.targets import name_of, target_of
from mlpgen.graph.training.values import wrong_values
from mlpgen.graph.walks import producer_of
from mlpgen.layers.base import shown as shape_shown
from mlpgen.layers.shapes import whole_shown
from mlpgen.spec.training import LossKeys
from mlpgen.training import LOSSES
from mlpgen.training.component import Problem
from mlpgen.training.custom import CustomLoss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.effects.effect import Effect
    from mlpgen.graph.effects.effects import Effects
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.training.custom import Names
    from mlpgen.graph.training.recipe import Dataset
    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.training.losses.base import Loss, Target

_AT = ("training", "loss")
SQUEEZING = ("Softmax", "LogSoftmax", "Sigmoid")
"""The operations that follow the last layer, and keep its size."""


class Subject(NamedTuple):
    """What losses are about.

    Attributes:
        nodes: The layers, as far as they are resolved.
        outputs: The outputs of the model.
        effects: What is known of its values; None if they cannot be followed.
        dataset: The data.
        normalize: Its scale, as written.
    """

    nodes: tuple[Node, ...]
    outputs: Sequence[str]
    effects: Effects | None
    dataset: Dataset
    normalize: Any

    def effect(self, output: str) -> Effect:
        """Return what is known of an output."""
        return self.effects.of_output(output) if self.effects else UNKNOWN


def resolve_losses(
    raw: Any, subject: Subject, names: Names, problems: Problems
) -> tuple[LossTerm, ...]:
    """Resolve one loss or a list of them.

    Custom losses come last, since they share the targets of the others.

    Args:
        raw: The value in the spec.
        subject: The model and its data.
        names: The names in the script, to which custom functions are added.
        problems: Collects mistakes.
    """
    entries = _entries(raw, problems)
    found: dict[int | None, LossTerm] = {}
    for index, entry in sorted(entries, key=lambda each: _is_custom(each[1])):
        path = _path(index)
        before = [*found.values()]
        term = _term(entry, path, subject, before, names, problems)
        if term is not None:
            found[index] = term
    check_readings([(_path(index), term) for index, term in found.items()], problems)
    return tuple(found[index] for index, _ in entries if index in found)


def check_losses(raw: Any, problems: Problems) -> None:
    """Check losses alone, where it is not known what they compare.

    Args:
        raw: The value in the spec.
        problems: Collects mistakes.
    """
    for index, entry in _entries(raw, problems):
        path = _path(index)
        _, alone = read_keys("loss", LossKeys, entry, path, problems)
        if not _is_custom(alone):
            read_component("loss", LOSSES, alone, path, problems)


def _entries(raw: Any, problems: Problems) -> list[tuple[int | None, Any]]:
    """Number the losses of a list; a single one has no number."""
    if not isinstance(raw, list):
        return [(None, raw)]
    if not raw:
        problems.add("MG203", "`loss` is an empty list", _AT, help="name a loss")
    return [*enumerate(raw)]


def _path(index: int | None) -> Path:
    return _AT if index is None else (*_AT, index)


def _is_custom(raw: Any) -> bool:
    return isinstance(raw, dict) and "custom" in raw


def _term(
    raw: Any,
    path: Path,
    subject: Subject,
    before: Sequence[LossTerm],
    names: Names,
    problems: Problems,
) -> LossTerm | None:
    dataset = subject.dataset
    keys, alone = read_keys("loss", LossKeys, raw, path, problems)
    loss = _read(alone, path, names, problems)
    on = check_outputs(keys.on, subject.outputs, path, problems)
    if not on:
        return None
    output = on[0]
    known = producer_of(subject.nodes, output)
    if loss is None or known is None:
        return None
    if len(on) > 1 and not loss.custom:
        message = f"`{type(loss).__name__}` takes one output, not {len(on)}"
        problems.add("MG406", message, (*path, "on"))
        return None
    node, value = known
    effect = subject.effect(output)
    if isinstance(loss, CustomLoss):
        loss = with_values(loss, effect)
    if not value.batched:
        message = f"`{name_of(loss)}` compares an output for each example, but "
        message += f"`{output}` has no batch: {whole_shown(value)}"
        problems.add("MG401", message, path, help="put another output first")
        return None
    dim = class_dim(subject.nodes, output, value.shape, dataset.steps(value.shape))
    found = target_of(loss, value.shape, dim, dataset, before)
    if not isinstance(found, Problem):
        found = (
            wrong_values(loss, effect)
            or (
                found == "image"
                and out_of_range(loss, effect, value.shape, dataset, subject.normalize)
            )
            or _wrong_classes(loss, found, effect, dim, value.shape)
            or loss.check_weights(found, value.shape, dim)
            or _other_weights(loss, before)
            or found
        )
    several = found == "places" or (found == "number" and loss.unit)
    several = several and len(value.shape) > 1
    misshapen = isinstance(found, Problem) and found.code == "MG401"
    if (several or misshapen) and problems.promote("MG306"):
        return None  # that mistake explains the shape
    if isinstance(found, Problem):
        said = f"the output is `{output}`, {whole_shown(value)}"
        labels = (problems.entry_label(said, node.path),)
        at = _place(found, alone, path)
        help = _of_last_layer(found.help, node, effect, value.shape)
        problems.add(found.code, found.message, at, labels=labels, help=help)
        return None
    shape = tuple(int(size) for size in value.shape)
    dim = {"places": dim, "next": 2}.get(found, 1)
    return LossTerm(
        loss, output, found, shape, keys.weight, (*on,), dim, effect.bounded
    )


def _read(raw: Any, path: Path, names: Names, problems: Problems) -> Loss | None:
    """Read a loss of torch, or one of the user."""
    if not _is_custom(raw):
        return read_component("loss", LOSSES, raw, path, problems)
    custom = read_component("loss", {"custom": CustomLoss}, raw, path, problems)
    if custom is None or check_function(custom, (*path, "custom"), names, problems):
        return custom
    return None


def _place(found: Problem, raw: Any, path: Path) -> Path:
    """Return where a problem is: at an argument, else at the loss."""
    if found.argument is None:
        return path
    name = next(iter(raw)) if isinstance(raw, dict) else ""
    inner = isinstance(raw[name], dict)
    return (*path, name, found.argument) if inner else (*path, name)


def _other_weights(loss: Loss, before: Sequence[LossTerm]) -> Problem | None:
    """Check that losses share the weights of classes and of positive targets."""
    for argument in ("weight", "pos_weight"):
        own = getattr(loss, argument, None)
        others = (getattr(term.loss, argument, None) for term in before)
        if own is not None and any(each not in (None, own) for each in others):
            message = (
                f"the losses of a spec share one `{argument}`, but this one differs"
            )
            return Problem("MG406", message, argument)
    return None


def _of_last_layer(help: str, node: Node, effect: Effect, output: Shape) -> str:
    """Return help about the size of the output, which changes its layer if it can.

    Args:
        help: The help.
        node: The layer that returns the output.
        effect: What is known of the output.
        output: Its shape.
    """
    if not isinstance(help, Advice) or not isinstance(help.change, Argument):
        return help
    last = effect.last
    if last is not None and last.kind in SQUEEZING and last.before and not last.owner:
        node = last.before.node
    own = node.type == "Linear" and len(node.path) == 2 and node.path[0] == "layers"
    certain = own and len(output) == 1 and not node.rounds
    return Advice(help, help.change, (*node.path, "Linear")) if certain else str(help)


def _wrong_classes(
    loss: Loss,
    target: Target,
    effect: Effect,
    dim: int,
    shape: Shape,
) -> Problem | None:
    """Check that classes are where a loss has them, and none of them is ignored."""
    ignored = getattr(loss, "ignore_index", -1)
    count = int(shape[(dim if target == "places" else len(shape)) - 1]) if shape else 0
    known = target != "places"  # in places a class may stand for what is padded
    if known and ignored >= 0 and (ignored < count or target == "next"):
        message = f"`ignore_index: {ignored}` ignores a class of the data"
        help = "write a number below 0" if target == "next" else "write 255, or -100"
        return Problem("MG204", message, "ignore_index", help)
    made = effect.maker
    if target not in ("places", "next") or effect.kind != "log_probabilities":
        return None
    dim = len(shape) if target == "next" else dim
    along = dim if effect.dim is None else effect.dim % (len(shape) + 1)
    if along == dim or made is None:
        return None
    message = f"`{made.node.type}` is over dimension {along}, but the classes are "
    message += f"in dimension {dim} of {shape_shown(shape)}"
    return Problem("MG402", message, help=f"write `dim: {dim}`")
