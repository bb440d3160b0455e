"""Resolve the losses of a training: each with its output and target."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.graph.nodes import producer_of
from mlpgen.graph.training.components import read_component, read_keys
from mlpgen.graph.training.custom import check_function, check_outputs, with_values
from mlpgen.graph.training.producers import class_of, kind, makers
from mlpgen.graph.training.recipe import LossTerm
from mlpgen.layers.base import shown as shape_shown
from mlpgen.layers.shapes import whole_shown
from mlpgen.spec.training import LossKeys
from mlpgen.training import LOSSES
from mlpgen.training.component import Problem
from mlpgen.training.custom import CustomLoss
from mlpgen.training.losses.base import NO_LOGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.graph.training.custom import Names
    from mlpgen.graph.training.recipe import Dataset
    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.training.losses.base import Loss, Target


def resolve_losses(
    raw: Any,
    nodes: tuple[Node, ...],
    outputs: Sequence[str],
    dataset: Dataset,
    names: Names,
    problems: Problems,
) -> tuple[LossTerm, ...]:
    """Resolve one loss or a list of them.

    Custom losses come last, since they share the targets of the others.

    Args:
        raw: The value in the spec.
        nodes: The layers, as far as they are resolved.
        outputs: The outputs of the model.
        dataset: The data.
        names: The names in the script, to which custom functions are added.
        problems: Collects mistakes.
    """
    at: Path = ("training", "loss")
    entries = list(enumerate(raw)) if isinstance(raw, list) else [(None, raw)]
    if not entries:
        problems.add("MG203", "`loss` is an empty list", at, help="name a loss")
    found: dict[int | None, LossTerm] = {}
    for index, entry in sorted(entries, key=lambda each: _is_custom(each[1])):
        path = at if index is None else (*at, index)
        before = [*found.values()]
        term = _term(entry, path, nodes, outputs, dataset, before, names, problems)
        if term is not None:
            found[index] = term
    return tuple(found[index] for index, _ in entries if index in found)


def _is_custom(raw: Any) -> bool:
    return isinstance(raw, dict) and "custom" in raw


def _term(
    raw: Any,
    path: Path,
    nodes: tuple[Node, ...],
    outputs: Sequence[str],
    dataset: Dataset,
    before: Sequence[LossTerm],
    names: Names,
    problems: Problems,
) -> LossTerm | None:
    keys, alone = read_keys("loss", LossKeys, raw, path, problems)
    loss = _read(alone, path, names, problems)
    on = check_outputs(keys.on, outputs, path, problems)
    if not on:
        return None
    output = on[0]
    known = producer_of(nodes, output)
    if loss is None or known is None:
        return None
    if len(on) > 1 and not loss.custom:
        message = f"`{type(loss).__name__}` takes one output, not {len(on)}"
        problems.add("MG406", message, (*path, "on"))
        return None
    node, value = known
    if isinstance(loss, CustomLoss):
        loss = with_values(loss, nodes, output)
    if not value.batched:
        message = f"`{_name(loss)}` compares an output for each example, but "
        message += f"`{output}` has no batch: {whole_shown(value)}"
        problems.add("MG401", message, path, help="put another output first")
        return None
    found = _target(loss, value.shape, dataset, before)
    if not isinstance(found, Problem):
        found = (
            _wrong_values(loss, output, nodes)
            or loss.check_weights(found, value.shape)
            or _other_weights(loss, before)
            or found
        )
    if isinstance(found, Problem):
        if found.code == "MG401" and problems.promote("MG306"):
            return None  # that mistake explains the shape
        notes = (
            f"the output is `{output}` (line {problems.line(node.path)}), "
            f"{whole_shown(value)}",
        )
        at = _place(found, loss, alone, path)
        problems.add(found.code, found.message, at, notes=notes, help=found.help)
        return None
    shape = tuple(int(size) for size in value.shape)
    return LossTerm(loss, output, found, shape, keys.weight, (*on,))


def _read(raw: Any, path: Path, names: Names, problems: Problems) -> Loss | None:
    """Read a loss of torch, or one of the user."""
    if not _is_custom(raw):
        return read_component("loss", LOSSES, raw, path, problems)
    custom = read_component("loss", {"custom": CustomLoss}, raw, path, problems)
    if custom is None or check_function(custom, (*path, "custom"), names, problems):
        return custom
    return None


def _name(loss: Loss) -> str:
    """Return the name of a loss in the spec."""
    return loss.function if isinstance(loss, CustomLoss) else type(loss).__name__


def _place(found: Problem, loss: Loss, raw: Any, path: Path) -> Path:
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


def _target(
    loss: Loss,
    output: Shape,
    dataset: Dataset,
    before: Sequence[LossTerm],
) -> Target | Problem:
    """Return the kind of target for an output of this shape."""
    name = _name(loss)
    known = next((term for term in before if term.target not in _OTHERS), None)
    classified = known is not None and known.target != "number"
    found: Target | Problem
    if isinstance(loss, CustomLoss):
        return _custom_target(loss, output, dataset, known)
    two = dataset.origin.binary and loss.unit and tuple(output) == (1,)
    if (dataset.numbers or two) and not classified and loss.takes_numbers(output):
        found = _numbers(name, output, dataset, known)
    elif known is not None and known.target == "number":
        first = type(known.loss).__name__
        message = (
            f"`{name}` takes classes, but `{first}` takes the same targets as numbers"
        )
        found = Problem("MG406", message)
    elif dataset.text:
        found = _next(loss, output, dataset)
    else:
        found = loss.target(output, dataset.shape, dataset.classes)
    if found in ("label", "one_hot") and dataset.classes < 2:
        message = "an output of one value cannot tell classes apart"
        return Problem("MG404", message, help="give it a value for each class")
    return found


_OTHERS = ("image", "own")
"""Targets that do not decide what the data must have."""


def _custom_target(
    loss: CustomLoss, output: Shape, dataset: Dataset, known: LossTerm | None
) -> Target | Problem:
    """Return the target of a custom loss: that of other losses, or what fits."""
    if dataset.text:
        return _next(loss, output, dataset)
    if loss.targets == "numbers" and not dataset.numbers:
        message = "`targets: numbers`, but this data has only labels"
        return Problem("MG406", message, "targets")
    found = loss.target(output, dataset.shape, dataset.classes)
    if isinstance(found, Problem) or found == "image":
        return found
    if known is not None:
        classes = known.target != "number"
        if loss.targets == ("numbers" if classes else "classes"):
            message = f"`{_name(known.loss)}` does not take `{loss.targets}`, but "
            return Problem("MG406", f"{message}losses share their targets", "targets")
        return found if classes else "number"
    if not dataset.numbers or loss.targets == "classes":
        return found if dataset.classes > 1 or not dataset.numbers else "number"
    vector = len(output) == 1 and prod(output) > 1
    return "number" if loss.targets == "numbers" or not vector else found


def _numbers(
    name: str, output: Shape, dataset: Dataset, known: LossTerm | None
) -> Target | Problem:
    """Check targets that are numbers, with the shape of the output."""
    if dataset.single and prod(output) != 1:
        message = f"`{name}` compares with one number for each example"
        return Problem("MG401", message, help="end with `Linear: 1`")
    if known is not None and known.shape != tuple(output):
        message = f"the targets have the shape of `{known.output}`, the first output"
        return Problem("MG401", message, help="losses of numbers share their targets")
    return "number"


def _next(loss: Loss, output: Shape, dataset: Dataset) -> Target | Problem:
    """Check targets that are the next characters, one for each step."""
    name = _name(loss)
    if not loss.of_text:
        message = f"`{name}` is not for text"
        return Problem("MG406", message, help="use `CrossEntropyLoss`")
    if len(output) != 2 or output[:1] != dataset.shape:
        message = (
            f"`{name}` takes (N, {dataset.shape[0]}, characters) of text, but the "
            f"output is {shape_shown(output)}"
        )
        help = "end with a `Linear` on every step, without `select: last` or `Flatten`"
        return Problem("MG401", message, help=help)
    return "next"


def _wrong_values(loss: Loss, output: str, nodes: tuple[Node, ...]) -> Problem | None:
    """Check that an output has the kind of values that a loss takes.

    Layers that only rearrange values are skipped. Dropout keeps logits logits, but can
    scale a probability above 1. The results of custom layers are unknown, and so are
    those of arithmetic with probabilities.
    """

    def passes(node: Node) -> bool:
        cls = class_of(node)
        drops = cls is not None and cls.returns_input == "in evaluation"
        arranges = cls is not None and cls.arranges
        return arranges or (drops and not loss.after)

    def computes(node: Node) -> bool:
        return passes(node) or (node.is_function and kind(node) not in NO_LOGITS)

    for node in makers(nodes, output, passes):
        problem = loss.values(kind(node), node.type)
        if problem is None:
            continue
        behind = {kind(each) for each in makers(nodes, output, computes)}
        unknown = computes(node) and behind & {*NO_LOGITS}
        if not loss.after or not (unknown or class_of(node) is None):
            return problem
    return None
