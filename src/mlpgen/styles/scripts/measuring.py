"""The lines of a training script that evaluate the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import INDENT, Code, Group, call, layout

if TYPE_CHECKING:
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines
    from mlpgen.styles.scripts.forward import Forward


class _Sum(NamedTuple):
    """A number that is summed over all examples.

    Attributes:
        name: Of the mean of it.
        lines: Lines that compute what it needs of a batch.
        value: Its sum over a batch.
    """

    name: str
    lines: Lines
    value: str


class Measuring(NamedTuple):
    """How a script evaluates.

    Attributes:
        sums: How many numbers are summed.
        before: Lines before the loop over batches.
        batch: Lines that add the numbers of a batch.
        after: Lines that gather what the ranks have, beside the sums.
        result: Lines that return the metrics.
    """

    sums: Code
    before: Lines
    batch: Lines
    after: Lines
    result: Lines


_ACCURACY = _Sum(
    "accuracy",
    ("correct = {output}.argmax(dim=1) == targets",),
    "correct.sum()",
)
_OF_TEXT = (
    _Sum("loss", ("count = (targets >= 0).sum()",), "loss * count"),
    _Sum(
        "accuracy",
        ("correct = {output}.argmax(dim=2) == targets",),
        "correct.sum()",
    ),
    _Sum("count", (), "count"),
)
_TOP5 = _Sum(
    "top5",
    ("best = {output}.topk(5, dim=1).indices",),
    "(best == targets.unsqueeze(1)).sum()",
)


def measuring(recipe: Recipe, pass_: Forward) -> Measuring:
    """Plan the evaluation."""
    sums = _sums(recipe)
    counted = "f1" in recipe.metrics
    lines = [line.format(output=pass_.output) for each in sums for line in each.lines]
    if counted:
        lines += _count(recipe, pass_)
    if len(sums) == 1:
        lines.append(f"sums += {sums[0].value}")
    else:
        values = Group("[", tuple(each.value for each in sums), "]", collection=True)
        lines += layout(call("torch.stack", values), 2 * INDENT, "sums += ")
    before: list[str] = []
    if counted:
        size = recipe.dataset.classes
        before = [f"counts = torch.zeros({size}, {size}, device=data.targets.device)"]
    if "r2" in recipe.metrics:
        place = "0" if recipe.target == "image" else "1"
        before.append(f"center = data.between(0, EVAL_BATCH_SIZE)[{place}].mean()")
    return Measuring(
        sums=Code(len(sums)),
        before=tuple(before),
        batch=(*pass_.lines, *lines),
        after=("    dist.all_reduce(counts)",) if counted else (),
        result=_result(recipe, [each.name for each in sums]),
    )


def _sums(recipe: Recipe) -> list[_Sum]:
    if recipe.target == "next":
        asked = "accuracy" in recipe.metrics
        return [each for each in _OF_TEXT if asked or each.name != "accuracy"]
    sums = [_Sum("loss", (), "loss * len(features)")]
    sums += [_ACCURACY] if "accuracy" in recipe.metrics else []
    sums += [_TOP5] if "top5" in recipe.metrics else []
    return sums + _of_numbers(recipe)


def _of_numbers(recipe: Recipe) -> list[_Sum]:
    """Sum what `mae` and `r2` need."""
    target = _target(recipe)
    difference = f"difference = ({{output}} - {target}).flatten(1)"
    sums = []
    if "mae" in recipe.metrics:
        value = "difference.abs().mean(dim=1).sum()"
        sums.append(_Sum("mae", (difference,), value))
    if "r2" in recipe.metrics:
        lines = () if sums else (difference,)
        far = f"far = ({target} - center).flatten(1)"
        sums.append(_Sum("error", lines, "difference.square().mean(dim=1).sum()"))
        sums.append(_Sum("shift", (far,), "far.mean(dim=1).sum()"))
        sums.append(_Sum("spread", (), "far.square().mean(dim=1).sum()"))
    return sums


def _target(recipe: Recipe) -> str:
    return "features" if recipe.target == "image" else "targets"


def _count(recipe: Recipe, pass_: Forward) -> Lines:
    """Count how often which class was taken for which."""
    classes = recipe.dataset.classes
    return (
        f"pairs = {classes} * targets + {pass_.output}.argmax(dim=1)",
        f"counts += pairs.bincount(minlength={classes**2}).view_as(counts)",
    )


def _result(recipe: Recipe, names: list[str]) -> Lines:
    if names == ["loss"]:
        return ('return {f"{name}_loss": sums.item() / len(data.targets)}',)
    if names == ["loss", "count"]:
        return ('return {f"{name}_loss": (sums[0] / sums[1]).item()}',)
    whole = "len(data.targets)"
    if recipe.target == "next":
        whole, names = "sums[2]", [*names[:2], "_"]
    variables = ["mean_loss" if each == "loss" else each for each in names]
    lines = [f"{', '.join(variables)} = (sums / {whole}).tolist()"]
    shown = {"loss": "mean_loss"} | {
        each: each for each in ("accuracy", "top5", "mae") if each in recipe.metrics
    }
    if "r2" in recipe.metrics:
        lines.append("variance = spread - shift**2")
        shown["r2"] = "1 - error / variance if variance > 0 else 0.0"
    if "f1" in recipe.metrics:
        lines += [
            "seen = counts.sum(0) + counts.sum(1)",
            "f1 = (2 * counts.diag() / seen)[seen > 0]",
        ]
        shown["f1"] = "f1.mean().item()"
    items = tuple(f'f"{{name}}_{key}": {value}' for key, value in shown.items())
    returned = Group("{", items, "}", collection=True)
    return (*lines, *layout(returned, INDENT, "return "))
