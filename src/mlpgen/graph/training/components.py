"""Read components of a training: a name, or a name with arguments, and more keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from mlpgen.spec.wording import cut, did_you_mean, guess, listed, shown, spaced
from mlpgen.training import REFUSED
from mlpgen.training.component import TrainingComponent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems

P = TypeVar("P", bound=TrainingComponent)
K = TypeVar("K", bound="BaseModel")


def read_keys(
    kind: str, model: type[K], raw: Any, path: Path, problems: Problems
) -> tuple[K, Any]:
    """Separate a component from the keys next to it.

    Args:
        kind: `optimizer`, for messages.
        model: The keys that can be next to it.
        raw: The value in the spec.
        path: Its path.
        problems: Collects mistakes.

    Returns:
        The keys, or defaults if they have mistakes, and the component alone.
    """
    if not isinstance(raw, dict) or not raw.keys() & model.model_fields.keys():
        return model(), raw
    given = {key: raw[key] for key in raw if key in model.model_fields}
    rest = {key: raw[key] for key in raw if key not in model.model_fields}
    try:
        return model.model_validate(given), rest
    except ValidationError as error:
        problems.add_invalid(error, model, kind, path, given)
        return model(), rest


def read_component(
    kind: str,
    catalogue: Mapping[str, type[P]],
    raw: Any,
    path: Path,
    problems: Problems,
) -> P | None:
    """Read an optimizer, a scheduler, a loss or an augmentation.

    Args:
        kind: `loss`, for messages.
        catalogue: The components of this kind.
        raw: The value in the spec: a name, or a name with arguments.
        path: Its path.
        problems: Collects mistakes.
    """
    arguments: Any = {}
    name, place, key = raw, path, False
    if isinstance(raw, dict) and len(raw) == 1:
        name, arguments = next(iter(raw.items()))
        place, key = (*path, name), True
    if not isinstance(name, str):
        message = f"`{kind}` must be a name, or a name with arguments, not {shown(raw)}"
        problems.add("MG203", message, path, help=_indented(raw, catalogue))
        return None
    if name in REFUSED:
        message = f"`{name}` cannot be used: {REFUSED[name]}"
        problems.add("MG406", message, place, key=key)
        return None
    if name not in catalogue:
        bare = name.rpartition(".")[2]
        meant = guess(bare, catalogue)
        help = spaced(name, catalogue) or did_you_mean(name, meant)
        help = help or f"one of {listed(list(catalogue))}"
        problems.add(
            "MG207", f"there is no {kind} `{cut(name)}`", place, key=key, help=help
        )
        return None
    return _made(catalogue[name], name, arguments, place, problems)


def _indented(raw: Any, catalogue: Mapping[str, type[P]]) -> str:
    """Say what to indent, if arguments stand beside the name of their component."""
    names = [*raw] if isinstance(raw, dict) else []
    known = [name for name in names if name in catalogue]
    beside = [name for name in names if name not in catalogue]
    if len(known) != 1:
        return f"choose one of {listed(known)}" if known else ""
    return f"indent arguments below `{known[0]}`: `{known[0]}: {{{cut(beside[0])}: …}}`"


def _made(
    cls: type[P], name: str, arguments: Any, place: Path, problems: Problems
) -> P | None:
    shorthand = None
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        shorthand = cls.shorthand()
        arguments = {shorthand: arguments}
        if shorthand is None:
            problems.add("MG201", f"`{name}` takes no arguments", place)
            return None
    try:
        part = cls.model_validate(arguments)
    except ValidationError as error:
        problems.add_invalid(error, cls, name, place, arguments, shorthand)
        return None
    problem = part.check()
    if problem is not None:
        argument = problem.argument
        at = (*place, argument) if argument and argument in arguments else place
        problems.add(problem.code, problem.message, at, help=problem.help)
        return None
    return part
