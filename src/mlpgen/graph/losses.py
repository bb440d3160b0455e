"""The losses of a training resolved: each on an output, with its target."""

from __future__ import annotations

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
    found = [
        _term(
            entry,
            at if index is None else (*at, index),
            nodes,
            outputs,
            dataset,
            problems,
        )
        for index, entry in entries
    ]
    return tuple(term for term in found if term is not None)


def _term(
    raw: Any,
    path: Path,
    nodes: tuple[Node, ...],
    outputs: Sequence[str],
    dataset: Dataset,
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
    target = _target(loss, node, nodes, dataset, path, problems)
    return Term(loss, output, target, keys.weight) if target else None


def _target(
    loss: Loss,
    node: Node,
    nodes: tuple[Node, ...],
    dataset: Dataset,
    path: Path,
    problems: Problems,
) -> Target | None:
    if dataset.numbers and loss.of_numbers:
        return "number"
    found = loss.target(node.output, dataset.shape, dataset.classes)
    problem = (
        found
        if isinstance(found, Problem)
        else loss.values(_made_by(node, nodes, loss))
    )
    if problem is not None:
        notes = (
            f"the output is `{node.name}` (line {problems.line(node.path)}), "
            f"{shape_shown(node.output)}",
        )
        problems.add(
            problem.code, problem.message, path, notes=notes, help=problem.help
        )
        return None
    return found if not isinstance(found, Problem) else None


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
