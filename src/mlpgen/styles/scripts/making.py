"""What a training script makes beside the model, and hands to its functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import INDENT, Group, call, layout
from mlpgen.styles.scripts.data import tells
from mlpgen.styles.scripts.optimizing import (
    groups_lines,
    needs_length,
    optimizer_lines,
    scheduler_lines,
)

if TYPE_CHECKING:
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines


class Making(NamedTuple):
    """What is made beside the model.

    Attributes:
        lines: Lines that make it.
        names: What `train_epoch` is given of it.
        parameters: The same with their types, but for the optimizer.
        run: Lines that make the run.
        groups: Lines of the function that parts the parameters, if there is one.
    """

    lines: Lines
    names: tuple[str, ...]
    parameters: tuple[str, ...]
    run: Lines
    groups: Lines


def making(recipe: Recipe, indent: int = INDENT) -> Making:
    """Plan what a script makes beside the model.

    Args:
        recipe: How it is trained.
        indent: Of the lines.
    """
    training = recipe.settings
    lines: list[str] = []
    if training.channels_last:
        lines.append(
            "nn.utils.convert_conv2d_weight_memory_format(model, torch.channels_last)"
        )
    if training.compile:
        lines.append("model.compile()")
    lines += [*optimizer_lines(recipe, indent), *scheduler_lines(recipe, indent)]
    names, parameters, parts = ["optimizer"], [], ["model", "optimizer"]
    if recipe.schedule is not None:
        parts.append("scheduler")
    if recipe.schedule is not None and recipe.schedule.by_step:
        names.append("scheduler")
        parameters.append("scheduler: lr_scheduler.LRScheduler")
    if training.precision == "fp16":
        lines.append("scaler = torch.amp.GradScaler(args.device.type)")
        names.append("scaler")
        parts.append("scaler")
        parameters.append("scaler: torch.amp.GradScaler")
    if training.ema is not None:
        mean = call("get_ema_multi_avg_fn", "EMA")
        made = call(
            "AveragedModel",
            "model",
            mean._replace(opening=f"multi_avg_fn={mean.opening}"),
            "use_buffers=True",
        )
        lines += layout(made, indent, "average = ")
        names.append("average")
        parts.append("average")
        parameters.append("average: AveragedModel")
    return Making(
        lines=tuple(lines),
        names=tuple(names),
        parameters=tuple(parameters),
        run=_run(recipe, parts),
        groups=groups_lines(recipe),
    )


def _run(recipe: Recipe, parts: list[str]) -> Lines:
    names = ["batch_size", "lr", "seed"]
    if needs_length(recipe):
        names.insert(0, "epochs")
    items = (*(f'"{name}": args.{name}' for name in names), '"ranks": RANKS')
    fixed = layout(Group("{", items, "}", collection=True), INDENT, "fixed = ")
    made = call("Run", "args.out", "fixed", *(f"{part}={part}" for part in parts))
    lines = (*fixed, *layout(made, INDENT, "run = "))
    return (*lines, "run.about = about") if tells(recipe) else lines
