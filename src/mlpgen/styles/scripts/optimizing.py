"""The lines of a script that make the optimizer and the scheduler."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mlpgen.styles.code import INDENT, Code, Group, call, keyword, layout, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.code import Piece
    from mlpgen.styles.plan import Lines
    from mlpgen.training.base import Part
    from mlpgen.training.scheduler import Scheduler


def optimizer_lines(recipe: Recipe) -> Lines:
    """Make the optimizer."""
    optimizer = recipe.optimizer
    given = {key: value for key, value in optimizer.arguments().items() if key != "lr"}
    if optimizer.fused:
        given["fused"] = True
    name = type(optimizer).__name__
    piece = call(
        f"torch.optim.{name}", "model.parameters()", "lr=args.lr", *keywords(given)
    )
    return tuple(layout(piece, INDENT, "optimizer = "))


def keywords(arguments: dict[str, Any]) -> list[Piece]:
    """Write arguments by name."""
    return [keyword(name, literal(value)) for name, value in arguments.items()]


def peak(recipe: Recipe) -> str:
    """Name the scheduler's argument that `--lr` gives, if it has one."""
    return recipe.scheduler.peak if recipe.scheduler else ""


def rate(recipe: Recipe) -> float:
    """Return the default of `--lr`."""
    found: float = (
        getattr(recipe.scheduler, peak(recipe), recipe.optimizer.lr)
        if peak(recipe)
        else recipe.optimizer.lr
    )
    return found


def scheduler_lines(recipe: Recipe) -> Lines:
    """Make the scheduler, if there is one."""
    scheduler = recipe.scheduler
    if scheduler is None:
        return ()
    given = _following(scheduler, "args.epochs")
    lines: Lines = ()
    if "total_steps" in given:
        lines = ("total_steps = args.epochs * (len(train.targets) // args.batch_size)",)
        given["total_steps"] = Code("total_steps")
    if scheduler.peak:
        given[scheduler.peak] = Code("args.lr")
    if recipe.schedulers:
        piece = _of_several(scheduler, recipe.schedulers)
    else:
        piece = _scheduler_call(scheduler, given)
    return (*lines, *layout(piece, INDENT, "scheduler = "))


def needs_length(recipe: Recipe) -> bool:
    """Tell whether the scheduler follows from the number of epochs."""
    return any(
        _following(each, "")
        for each in (recipe.scheduler, *recipe.schedulers)
        if each is not None
    )


def _following(scheduler: Scheduler, epochs: str) -> dict[str, Any]:
    """Return the arguments that follow from the length of the training."""
    return {
        name: Code(epochs)
        for name in type(scheduler).model_fields
        if scheduler.follows(name) and getattr(scheduler, name) is None
    }


def _of_several(scheduler: Scheduler, parts: Sequence[Scheduler]) -> Group:
    """Write a scheduler that is made of several, one after or beside the other."""
    name = f"lr_scheduler.{type(scheduler).__name__}"
    marks: tuple[int, ...] = getattr(scheduler, "milestones", ())
    lengths = ["args.epochs"] * len(parts)
    if marks:
        lengths = [str(end - begin) for begin, end in pairwise((0, *marks))]
        lengths.append(f"max(args.epochs - {marks[-1]}, 1)")
    inner = [
        _scheduler_call(part, _following(part, length))
        for part, length in zip(parts, lengths, strict=True)
    ]
    listed = Group("[", tuple(inner), "]", collection=True)
    if not marks:
        return call(name, listed)
    places = Group("[", tuple(str(mark) for mark in marks), "]", collection=True)
    return call(name, "optimizer", listed, places)


def _scheduler_call(scheduler: Scheduler, given: dict[str, Any]) -> Group:
    """Write one scheduler; `given` is code in place of arguments."""
    arguments = scheduler.arguments() | given
    return call(
        f"lr_scheduler.{type(scheduler).__name__}",
        "optimizer",
        *_positional_first(scheduler, arguments),
    )


def _positional_first(part: Part, arguments: dict[str, Any]) -> list[Piece]:
    """Write required arguments by place, those that follow and the others by name."""
    required = [
        name for name in arguments if part.required(name) and not part.follows(name)
    ]
    others = {name: value for name, value in arguments.items() if name not in required}
    return [
        *(_value(arguments[name]) for name in required),
        *(keyword(name, _value(value)) for name, value in others.items()),
    ]


def _value(value: Any) -> Piece:
    return value if isinstance(value, Code) else literal(value)
