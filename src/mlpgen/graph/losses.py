"""The losses of a training resolved: each on an output, with its target."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.graph.nodes import held
from mlpgen.graph.parts import read_keys, read_part
from mlpgen.graph.recipe import Term
from mlpgen.layers.base import shown as shape_shown
from mlpgen.problems import cut, listed
from mlpgen.training import LOSSES
from mlpgen.training.base import Problem
from mlpgen.training.settings import LossKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.graph.recipe import Dataset
    from mlpgen.problems import Problems
    from mlpgen.source import Path
    from mlpgen.training.loss import Loss, Target


def resolve_losses(
    raw: Any,
    nodes: tuple[Node, ...],
    outputs: Sequence[str],
    dataset: Dataset,
    problems: Problems,
) -> tuple[Term, ...]:
    """Resolve one loss or a list of them.

    Args:
        raw: What the spec has.
        nodes: The layers, as far as they could be resolved.
        outputs: What the model returns.
        dataset: The data.
        problems: Gathers mistakes.
    """
    at: Path = ("training", "loss")
    entries = list(enumerate(raw)) if isinstance(raw, list) else [(None, raw)]
    if not entries:
        problems.add("MG203", "`loss` is an empty list", at, help="name a loss")
    found: list[Term] = []
    for index, entry in entries:
        path = at if index is None else (*at, index)
        term = _term(entry, path, nodes, outputs, dataset, found, problems)
        if term is not None:
            found.append(term)
    return tuple(found)


def _term(
    raw: Any,
    path: Path,
    nodes: tuple[Node, ...],
    outputs: Sequence[str],
    dataset: Dataset,
    before: Sequence[Term],
    problems: Problems,
) -> Term | None:
    keys, alone = read_keys("loss", LossKeys, raw, path, problems)
    loss = read_part("loss", LOSSES, alone, path, problems)
    if keys.on and outputs and keys.on not in outputs:
        message = f"`{cut(keys.on)}` is no output of the model"
        help = f"its outputs are {listed(outputs)}"
        problems.add("MG212", message, (*path, "on"), help=help)
        return None
    output = keys.on or (outputs[0] if outputs else "")
    node = next((each for each in nodes if each.name == output), None)
    if loss is None or node is None:
        return None
    found = _target(loss, node, nodes, dataset, before)
    if isinstance(found, Problem):
        notes = (
            f"the output is `{node.name}` (line {problems.line(node.path)}), "
            f"{shape_shown(node.output)}",
        )
        problems.add(found.code, found.message, path, notes=notes, help=found.help)
        return None
    shape = tuple(int(size) for size in node.output)
    return Term(loss, output, found, shape, keys.weight)


def _target(
    loss: Loss,
    node: Node,
    nodes: tuple[Node, ...],
    dataset: Dataset,
    before: Sequence[Term],
) -> Target | Problem:
    """Decide what an output is compared with, and what its values must be."""
    name = type(loss).__name__
    known = next((term for term in before if term.target != "image"), None)
    classified = known is not None and known.target != "number"
    found: Target | Problem
    if dataset.numbers and not classified and loss.takes_numbers(node.output):
        found = _numbers(name, node, dataset, known)
    elif known is not None and known.target == "number":
        first = type(known.loss).__name__
        message = f"`{name}` takes classes, but `{first}` takes the same as numbers"
        found = Problem("MG406", message)
    elif dataset.text:
        found = _next(loss, node, dataset)
    else:
        found = loss.target(node.output, dataset.shape, dataset.classes)
    if found in ("label", "one_hot") and dataset.classes < 2:
        message = "an output of one value tells no classes apart"
        return Problem("MG404", message, help="give it a value for each class")
    if isinstance(found, Problem):
        return found
    return loss.values(_made_by(node, nodes, loss)) or found


def _numbers(
    name: str, node: Node, dataset: Dataset, known: Term | None
) -> Target | Problem:
    """The targets are numbers, of the shape of the output."""
    if dataset.single and prod(node.output) != 1:
        message = f"`{name}` compares with one number of each example"
        return Problem("MG401", message, help="end with `Linear: 1`")
    if known is not None and known.shape != tuple(node.output):
        message = f"the targets have the shape of `{known.output}`, the first output"
        return Problem("MG401", message, help="losses of numbers share their targets")
    return "number"


def _next(loss: Loss, node: Node, dataset: Dataset) -> Target | Problem:
    """The targets are the next characters, one for each step."""
    name, output = type(loss).__name__, node.output
    if not loss.of_text:
        message = f"`{name}` is not for text"
        return Problem("MG406", message, help="use `CrossEntropyLoss`")
    if len(output) != 2 or output[:1] != dataset.shape:
        message = (
            f"`{name}` takes (N, {dataset.shape[0]}, characters) of a text, the output "
            f"is {shape_shown(output)}"
        )
        help = "end with a `Linear` on every step, without `select: last`, `Flatten`"
        return Problem("MG401", message, help=help)
    return "next"


_ARRANGING = ("Flatten", "Unflatten", "Identity", "Sequential")
_DROPPING = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout")


def _made_by(node: Node, nodes: tuple[Node, ...], loss: Loss) -> str:
    """Return the type of the layer that made the values of an output.

    What only arranges values is passed over. Dropout keeps logits logits, but it may
    scale a probability above 1.
    """
    passed = _ARRANGING if loss.after else (*_ARRANGING, *_DROPPING)
    leaves = list(held(nodes[: nodes.index(node) + 1]))
    return next((each.type for each in reversed(leaves) if each.type not in passed), "")
