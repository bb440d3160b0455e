"""Figures of a training and its results, of examples, and of what layers give."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from data_common import Data, Features
from data_features import in_tuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 10_000
"""Examples that are drawn: of more, pages are no clearer."""
LAYERS = 40
"""Layers that are drawn: a picture of more is too high."""
LETTERS = 110
"""Characters of a text that are drawn."""
TITLE = 18
"""Characters of its title."""
MAPS = 12
"""Feature maps of a layer that are drawn."""
SIDE = 512
"""Pixels of a side that are drawn: of more, every second or third."""


def curves(rows: Sequence[Mapping[str, Any]]) -> "Figure":
    """Draw each metric over the epochs, of training and of test data."""
    from matplotlib.ticker import MaxNLocator

    kinds = dict.fromkeys(name.partition("_")[2] for name in rows[0] if "_" in name)
    figure, axes = _subplots(1, len(kinds), width=5 * len(kinds), height=4)
    for kind, axis in zip(kinds, axes, strict=True):
        for name in rows[0]:
            part, _, metric = name.partition("_")
            if metric == kind:
                known = [row for row in rows if row[name] not in ("", None)]
                epochs = [int(row["epoch"]) for row in known]
                values = [float(row[name]) for row in known]
                axis.plot(epochs, values, marker=".", label=part)
        axis.set(xlabel="epoch", title=kind)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(alpha=0.3)
        axis.legend()
    return figure


def confusion(targets: Tensor, results: Tensor, classes: Sequence[str]) -> "Figure":
    """Draw how often which class was taken for which."""
    taken, size = results.argmax(dim=1), len(classes)
    counts = (size * targets + taken).bincount(minlength=size**2).view(size, size)
    shares = counts / counts.sum(dim=1, keepdim=True).clamp(min=1)
    side = min(2 + 0.5 * size, 30)
    figure, (axis,) = _subplots(1, 1, width=side, height=side)
    from matplotlib.colors import PowerNorm

    few = PowerNorm(0.5, 0, 1)  # shows what is rare, too
    shown = axis.imshow(shares.tolist(), cmap="Blues", norm=few)
    figure.colorbar(shown, ax=axis, fraction=0.046, label="share of the class")
    axis.set_xticks(range(size), classes, rotation=90)
    axis.set_yticks(range(size), classes)
    right = (targets == taken).float().mean().item()
    axis.set(xlabel="taken for", ylabel="class", title=f"{right:.2%} right")
    for row, column in counts.nonzero().tolist() if size <= 20 else ():
        color = "white" if shares[row, column] > 0.4 else "black"
        number = str(int(counts[row, column]))
        axis.text(column, row, number, ha="center", va="center", color=color)
    return figure


def examples(
    shown: Sequence[tuple[str, Sequence[Tensor]]], names: Sequence[str]
) -> "Figure":
    """Draw examples: of each a title, and images or maps side by side.

    Args:
        shown: The titles, and what is drawn of each: images, (C, H, W), classes of
            pixels, int64 (H, W), or other values.
        names: What is drawn, if it is several things.
    """
    each = len(shown[0][1])
    across = max(8 // each, 1)
    rows = -(-len(shown) // across)
    figure, axes = _subplots(rows, across * each, width=12, height=1.8 * rows)
    for axis in axes:
        axis.axis("off")
    columns = zip(*(parts for _, parts in shown), strict=True)
    ends = [brightness(torch.stack(column)) for column in columns]
    for place, (title, parts) in enumerate(shown):
        pairs = zip(axes[place * each :], parts, ends, strict=False)
        for axis, part, (low, high) in pairs:
            if part.ndim == 3 and len(part) in (1, 3):
                draw(axis, part, (low, high))
            else:
                steps = part.ndim < 3 and (part.is_floating_point() or part.ndim < 2)
                aspect: Literal["auto", "equal"] = "auto" if steps else "equal"
                values = _maps(part.unsqueeze(0))[0].tolist()
                axis.imshow(values, aspect=aspect, vmin=low, vmax=high)
        if each > 1:
            for axis, name in zip(axes[place * each :], names, strict=False):
                axis.set_title(f"\n{name}", fontsize=9)
            title = f"{title}\n{names[0]}"
        axes[place * each].set_title(title, fontsize=9)
    figure.tight_layout()
    return figure


def texts(lines: Sequence[str], titles: Sequence[str]) -> "Figure":
    """Draw texts below each other, each behind its title."""
    figure, (axis,) = _subplots(1, 1, width=12, height=0.25 * len(lines))
    axis.axis("off")
    axis.set_ylim(len(lines), 0)
    for place, (line, title) in enumerate(zip(lines, titles, strict=True)):
        shown = " ".join(line.replace("\n", " ↵ ").split())
        shown = shown if len(shown) <= LETTERS else f"{shown[: LETTERS - 1]}…"
        axis.text(0, place, title[:TITLE], fontsize=9, weight="bold", va="top")
        axis.text(0.15 if any(titles) else 0, place, shown, fontsize=9, va="top")
    return figure


def confusion_of_places(
    targets: Tensor, results: Tensor, classes: Sequence[str]
) -> "Figure":
    """Draw the same of classes in each place, without those that are not known."""
    known = (targets >= 0) & (targets < len(classes))
    return confusion(targets[known], results.movedim(1, -1)[known], classes)


def confusion_of_several(targets: Tensor, results: Tensor) -> "Figure":
    """Draw how often zeros and ones of any shape were taken for which."""
    chances = torch.stack([1 - results.flatten(), results.flatten()], dim=1)
    return confusion((targets.flatten() > 0.5).long(), chances, ["0", "1"])


def mistakes(
    data: Data, targets: Tensor, results: Tensor, classes: Sequence[str]
) -> "Figure":
    """Draw the images of which the model is surest, and wrong."""
    chances, taken = results.max(dim=1)
    wrong = (targets != taken).nonzero().flatten()
    worst = wrong[chances[wrong].argsort(descending=True)]
    shown = worst[:40]
    across = min(max(len(shown), 1), 8)
    rows = max(-(-len(shown) // across), 1)
    figure, axes = _subplots(rows, across, width=1.5 * across, height=1.9 * rows)
    for axis in axes:
        axis.axis("off")
    seen, _ = data.at(shown.to(data.targets.device))
    images = pictured(as_read(data, seen)).cpu()
    ends = brightness(images)
    for place, image, axis in zip(shown.tolist(), images, axes, strict=False):
        draw(axis, image, ends)
        said = f"taken for {classes[int(taken[place])]} {chances[place]:.0%}"
        axis.set_title(f"{said}\nis {classes[int(targets[place])]}", fontsize=9)
    figure.suptitle(f"the surest of {len(wrong):,} mistakes in the test data")
    figure.tight_layout()
    return figure


def restored(images: Tensor, results: Tensor) -> "Figure":
    """Draw images above what the model makes of them."""
    figure, axes = _subplots(2, 10, width=12, height=2.8)
    ends = brightness(images)
    for place in range(min(10, len(images))):
        draw(axes[place], images[place], ends)
        draw(axes[10 + place], results[place], ends)
    for axis in axes:
        axis.axis("off")
    figure.suptitle("images of the test data, and below what the model makes of them")
    return figure


def restored_files(titles: Sequence[str], images: Tensor, results: Tensor) -> "Figure":
    """Draw images of files, (N, C, H, W), above what the model makes of them."""
    many = len(images)
    figure, axes = _subplots(2, many, width=max(2 * many, 3), height=4.6)
    ends = brightness(images)
    for place, title in enumerate(titles):
        draw(axes[place], images[place], ends)
        draw(axes[many + place], results[place], ends)
        axes[place].set_title(title, fontsize=9)
        axes[many + place].set_title("the model makes", fontsize=9)
    for axis in axes:
        axis.axis("off")
    figure.tight_layout()
    return figure


def drawn_pixels(images: Tensor, targets: Tensor, taken: Tensor) -> "Figure":
    """Draw images above the classes of their pixels, and what they are taken for."""
    figure, axes = _subplots(3, 10, width=12, height=4)
    most = max(int(targets.max()), int(taken.max()), 1)
    ends = brightness(images)
    for place in range(len(images)):
        draw(axes[place], images[place], ends)
        for row, labels in enumerate((targets[place], taken[place]), 1):
            shown = thinned(labels).clamp(0, most).tolist()
            axes[10 * row + place].imshow(shown, cmap="viridis", vmin=0, vmax=most)
    for axis in axes:
        axis.axis("off")
    figure.suptitle("images of the test data, their classes, and what the model finds")
    return figure


def compared(
    targets: Tensor, results: Tensor, names: Sequence[str] = ("output",)
) -> "Figure":
    """Draw what the model gives against what it should give, (N, …).

    Args:
        targets: What it should give.
        results: What it gives.
        names: Of what it gives; of several, each is drawn alone.
    """
    figure, axes = _subplots(1, len(names), width=5 * len(names), height=5)
    for place, (name, axis) in enumerate(zip(names, axes, strict=True)):
        alone = slice(place, place + 1) if len(names) > 1 else slice(None)
        pair = [
            (each.flatten(1)[:, alone] if each.ndim > 1 else each).flatten()
            for each in (targets, results)
        ]
        step = max(len(pair[0]) // MOST, 1)  # numbers of images are many
        wanted, given = (each[::step].tolist() for each in pair)
        axis.scatter(wanted, given, s=4, alpha=0.5)
        ends = [min(wanted), max(wanted)]
        axis.plot(ends, ends, color="gray", linewidth=1)
        axis.set(xlabel=name, ylabel=f"predicted {name}")
        axis.grid(alpha=0.3)
    return figure


def draw(axis: "Axes", image: Tensor, ends: tuple[float, float] | None = None) -> None:
    """Draw one image, (C, H, W), grey or in color.

    Args:
        axis: Where.
        image: The image.
        ends: What is black and what is white; None looks at the image alone.
    """
    black, white = ends or brightness(image)
    shown = ((thinned(image) - black) / (white - black)).clamp(0, 1)
    channels = shown.permute(1, 2, 0).tolist()
    grey = channels if len(image) == 3 else shown[0].tolist()
    axis.imshow(grey, cmap="gray", vmin=0, vmax=1)


def brightness(images: Tensor) -> tuple[float, float]:
    """Return what is black and what is white in images that are drawn together.

    It is 0 and 1, or 0 and 255, if their values are such; else the ends of all.
    """
    values = images.abs() if images.is_complex() else images.float()
    finite = values[values.isfinite()]
    low, high = (each.item() for each in finite.aminmax()) if len(finite) else (0, 1)
    for white, dark in ((1.0, 0.25), (255.0, 64.0)):
        if -0.01 * white <= low and dark <= high <= 1.01 * white:
            return 0.0, white
    return low, high if high > low else low + 1


def as_read(data: Data, features: Features) -> Features:
    """Bring what a model sees, (N, …) of each input, to what it was before."""
    pairs = zip(data.by_name.values(), in_tuple(features), strict=True)
    found = tuple(
        each.unscaled(values) if values.is_floating_point() else values
        for each, values in pairs
    )
    return found if isinstance(features, tuple) else found[0]


def thinned(image: Tensor) -> Tensor:
    """Leave rows and columns of an image out, (…, H, W), that a page is too small for.

    Matplotlib takes many times the memory of what it draws.
    """
    step = -(-max(image.shape[-2:]) // SIDE)
    return image[..., ::step, ::step]


def pictured(features: Features, like: Tensor | None = None) -> Tensor:
    """Return what is drawn of examples: of several inputs the images, side by side.

    Args:
        features: What a model takes, (N, …); of several inputs a tuple.
        like: What the model makes of one of them, which then is drawn alone.
    """
    if isinstance(features, Tensor):
        return features
    shown: list[Tensor] = [*features]
    if like is not None:
        return next(each for each in shown if each.shape == like.shape)
    images = [each for each in shown if each.ndim == 4]
    first = (images or shown)[0]
    alike = [each for each in images if each.shape[:3] == first.shape[:3]]
    return torch.cat(alike, dim=3) if alike else first


def feature_maps(outputs: Mapping[str, Tensor]) -> "Figure":
    """Draw a row for each layer: the first maps that it makes of the first example.

    A vector is one map of one row, a sequence one of as many rows as it has steps.
    """
    from matplotlib.figure import Figure

    shown = list(outputs.items())[:LAYERS]
    figure = Figure(figsize=(14, 1.2 * len(shown) + 0.5))
    grid = figure.add_gridspec(len(shown), MAPS)
    for row, (name, output) in enumerate(shown):
        maps = _maps(output)
        if len(maps) > 1 and maps[0].numel() == 1:  # as a vector, which compares them
            maps = _maps(output[:1].flatten(1))
        several = len(maps) > 1
        for column, values in enumerate(maps):
            place = grid[row, column] if several else grid[row, :]
            axis = figure.add_subplot(place)
            axis.imshow(values.tolist(), aspect="equal" if several else "auto")
            axis.set_xticks([])
            axis.set_yticks([])
            if column == 0:
                axis.set_ylabel(name, rotation=0, ha="right", va="center")
    return figure


def _maps(output: Tensor) -> list[Tensor]:
    """Return the first maps, (H, W) each, of the first example."""
    first = output[:1].squeeze(0) if output.ndim else output
    values = first.abs() if first.is_complex() else first.float()
    while values.ndim < 3:
        values = values.unsqueeze(0)
    return [thinned(each) for each in values.flatten(0, -3)[:MAPS]]


def _subplots(
    rows: int, columns: int, *, width: float, height: float
) -> tuple["Figure", list["Axes"]]:
    """Make a figure of its own, which no window shows, and its axes, row by row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)
