"""The lines of a training script that update the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import indented

if TYPE_CHECKING:
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines
    from mlpgen.styles.scripts.forward import Forward


def step_lines(recipe: Recipe, pass_: Forward) -> Lines:
    """Update the model once, from the examples at the places `index`.

    Ranks share the work, and the losses are watched.
    """
    if recipe.optimizer.closure:
        return (
            "features, targets = data.batch(index[RANK::RANKS])",
            *_augment(recipe),
            "share = RANKS * len(features) / len(index)",
            f"loss = {_train_step(recipe)}",
            "run.losses.append(torch.tensor(loss))",
            *_after_step(recipe),
        )
    if recipe.settings.accumulate > 1:
        return (
            "optimizer.zero_grad()",
            "total = torch.zeros((), device=args.device)",
            "for part in index.tensor_split(ACCUMULATE):",
            *indented(_compute(recipe, pass_, "part[RANK::RANKS]")),
            "    loss = loss * (RANKS * len(features) / len(index))",
            "    total += loss.detach()",
            f"    {_backward(recipe)}",
            "run.losses.append(total)",
            *_update(recipe),
        )
    return (
        *_compute(recipe, pass_, "index[RANK::RANKS]"),
        "run.losses.append(loss.detach())",
        *_shared(recipe),
        "optimizer.zero_grad()",
        _backward(recipe),
        *_update(recipe),
    )


def plain_step_lines(recipe: Recipe, pass_: Forward) -> Lines:
    """Do the same in one process, and nothing else."""
    if recipe.optimizer.closure:
        return (
            "features, targets = data.batch(index)",
            *_augment(recipe),
            "train_step(model, optimizer, features, targets)",
            *_after_step(recipe),
        )
    if recipe.settings.accumulate > 1:
        return (
            "optimizer.zero_grad()",
            "for part in index.tensor_split(ACCUMULATE):",
            *indented(_compute(recipe, pass_, "part")),
            "    loss = loss * (len(features) / len(index))",
            f"    {_backward(recipe)}",
            *_update(recipe),
        )
    return (
        *_compute(recipe, pass_, "index"),
        "optimizer.zero_grad()",
        _backward(recipe),
        *_update(recipe),
    )


def _shared(recipe: Recipe) -> Lines:
    """Weigh the loss of a rank by what it has of the batch."""
    head = "if RANKS > 1:  # gradients become means over ranks, of unequal shares"
    if recipe.target != "next":
        return (head, "    loss = loss * (RANKS * len(features) / len(index))")
    return (
        head,
        "    count = (targets >= 0).sum()",
        "    whole = count.clone()",
        "    dist.all_reduce(whole)",
        "    loss = loss * (RANKS * count / whole)",
    )


def _compute(recipe: Recipe, pass_: Forward, index: str) -> Lines:
    return (
        f"features, {pass_.targets} = data.batch({index})",
        *_augment(recipe),
        *pass_.lines,
    )


def _train_step(recipe: Recipe) -> str:
    args = ", args" if recipe.settings.precision == "bf16" else ""
    return f"train_step(model, optimizer, features, targets, share{args})"


def _augment(recipe: Recipe) -> Lines:
    if not recipe.augmentations:
        return ()
    if recipe.mixes:
        return ("features, targets = augment(features, targets)",)
    return ("features = augment(features)",)


def _backward(recipe: Recipe) -> str:
    scaled = recipe.settings.precision == "fp16"
    return "scaler.scale(loss).backward()" if scaled else "loss.backward()"


def _update(recipe: Recipe) -> Lines:
    scaled = recipe.settings.precision == "fp16"
    clipped = recipe.settings.clip_grad_norm is not None
    lines: list[str] = []
    if clipped:
        lines += ["scaler.unscale_(optimizer)"] if scaled else []
        lines.append("nn.utils.clip_grad_norm_(model.parameters(), CLIP_GRAD_NORM)")
    lines += (
        ["scaler.step(optimizer)", "scaler.update()"]
        if scaled
        else ["optimizer.step()"]
    )
    return (*lines, *_after_step(recipe))


def _after_step(recipe: Recipe) -> Lines:
    lines = []
    if recipe.settings.ema is not None:
        lines.append("average.update_parameters(model)")
    if recipe.schedule is not None and recipe.schedule.by_step:
        lines.append("scheduler.step()")
    return tuple(lines)
