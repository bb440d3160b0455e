"""Check the functions of the user that a training names: losses and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.effects.effect import PROBABLE
from mlpgen.names.identifiers import wrong_import
from mlpgen.names.modules import wrong_module
from mlpgen.spec.wording import cut, listed
from mlpgen.training.custom import CustomLoss, OfLogProbabilities, OfProbabilities
from mlpgen.training.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlpgen.graph.effects.effect import Effect
    from mlpgen.graph.nodes import Node
    from mlpgen.source import Path
    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.training.custom import CustomFunction


class Names(NamedTuple):
    """The names that functions of the user share a script with.

    Attributes:
        stem: The file of the model, without `.py`.
        classes: The classes of the model and of its blocks.
        modules: The modules of the functions so far, by function.
    """

    stem: str
    classes: frozenset[str]
    modules: dict[str, str]


def names_of(spec: Spec, nodes: Iterable[Node]) -> Names:
    """Return the names of a spec, without any function."""
    classes = {spec.name, *spec.blocks, *_classes(nodes)}
    return Names(spec.stem, frozenset(classes), {})


def _classes(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node.maker.module or node.graph is not None:
            yield node.type
        yield from _classes(node.children)
        yield from _classes(each.node for each in node.rounds)
        yield from _classes(node.graph.nodes if node.graph is not None else ())


def check_function(
    custom: CustomFunction, path: Path, names: Names, problems: Problems
) -> bool:
    """Check that a script can import a function; return whether it can.

    Args:
        custom: The function and its file.
        path: The path of both in the spec.
        names: The names in the script, to which the function is added.
        problems: Collects mistakes.
    """
    mark = problems.mark()
    reason = wrong_module(custom.path, names.stem)
    if reason:
        message = f"`{cut(custom.path)}` cannot be your own module: {reason}"
        help = "write a path such as `losses.py` or `losses/images.py`"
        problems.add("MG231", message, (*path, "path"), help=help)
    reason = wrong_import(custom.function, "function")
    other = names.modules.get(custom.function, custom.module)
    if custom.function in _LOCALS:
        reason = f"the generated code uses `{custom.function}`"
    elif not reason and custom.function in names.classes:
        reason = "a class has this name"
    elif not reason and other != custom.module:
        reason = f"`{other}` has another one of this name"
    if reason:
        message = f"`{cut(custom.function)}` cannot be the function: {reason}"
        problems.add("MG231", message, (*path, "function"))
    names.modules.setdefault(custom.function, custom.module)
    return not mark.failed


def check_outputs(
    on: str | Sequence[str], outputs: Sequence[str], path: Path, problems: Problems
) -> list[str]:
    """Return the outputs that a function is on, by default the first; check them.

    Args:
        on: A name, or several; empty for the default.
        outputs: The outputs of the model.
        path: The path of the entry with the key `on`.
        problems: Collects mistakes.

    Returns:
        Nothing if some do not exist.
    """
    if not on or not outputs:
        return [*outputs[:1]]
    names = [on] if isinstance(on, str) else [*on]
    if "" in outputs:
        return names  # a mistake that has been reported
    unknown = [index for index, name in enumerate(names) if name not in outputs]
    for index in unknown:
        message = f"`{cut(names[index])}` is not an output of the model"
        help = f"its outputs are {listed(outputs)}"
        at = (*path, "on") if isinstance(on, str) else (*path, "on", index)
        problems.add("MG212", message, at, help=help)
    return [] if unknown else names


def metric_name(name: str) -> str:
    """Say why a metric cannot have a name; an empty string if it can."""
    if name in METRICS or name in _MEANS:
        return f"`{name}` is a metric of the scripts themselves"
    return ""


_LOCALS = {
    *("weights", "weighted"),
    *(each.before.partition(" = ")[0] for each in METRICS.values()),
}
"""Variables of an evaluation, which a function must not hide."""
_MEANS = ("loss", "count", "weights", "weighted", "mse", "step_entropy")
"""Names of means that evaluations use themselves."""


def with_values(loss: CustomLoss, effect: Effect) -> CustomLoss:
    """Return a loss that knows whether its output consists of probabilities."""
    cls: type[CustomLoss] = CustomLoss
    if effect.kind in PROBABLE:
        cls = OfProbabilities
    elif effect.kind == "log_probabilities":
        cls = OfLogProbabilities
    return cls(**loss.model_dump())
