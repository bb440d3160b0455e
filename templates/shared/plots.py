"""Curves and results of a training, drawn into the folder of its run."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from data_common import RANK, Data
from errors import RunError, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Outputs = Callable[[nn.Module, Tensor], Tensor]
"""Gives what a model makes of features, (N, …)."""

MOST = 10_000
"""Examples that are drawn: of more, pages are no clearer."""
AT_ONCE = 1000
"""Examples that a model looks at at once."""
LAYERS = 40
"""Layers that are drawn: a picture of more is too high."""
MAPS = 12
"""Feature maps of a layer that are drawn."""


def save_curves(folder: Path) -> None:
    """Draw the metrics of a run over its epochs into curves.png, if it has some."""
    if rows := read_rows(folder / "metrics.csv"):
        with _plain_text():
            _write(curves(rows), folder / "curves.png")


def save_classes(
    folder: Path,
    model: nn.Module,
    probabilities: Outputs,
    data: Data,
    classes: Sequence[str],
) -> None:
    """Draw the curves of a run, and which classes are taken for others.

    The latter are confusion.png and, of images, mistakes.png.

    Args:
        folder: Of the run.
        model: In the state of evaluation.
        probabilities: Gives those of the classes, (N, K).
        data: To draw from.
        classes: Their names.
    """
    save_curves(folder)
    chances = computed(model, probabilities, data)[:, : len(classes)]
    targets = data.targets[: len(chances)].cpu()
    with _plain_text():
        _write(confusion(targets, chances, classes), folder / "confusion.png")
        if data.features.ndim == 4:
            shown = mistakes(data, targets, chances, classes)
            _write(shown, folder / "mistakes.png")


def save_restored(folder: Path, model: nn.Module, outputs: Outputs, data: Data) -> None:
    """Draw the curves, and what a model makes of images, (N, C, H, W): restored.png."""
    save_curves(folder)
    images, _ = data.between(0, 10)
    with _plain_text():
        figure = restored(images.cpu(), outputs(model, images).cpu())
        _write(figure, folder / "restored.png")


def save_numbers(folder: Path, model: nn.Module, outputs: Outputs, data: Data) -> None:
    """Draw the curves, and what a model gives against what it should: results.png."""
    save_curves(folder)
    results = computed(model, outputs, data)
    with _plain_text():
        figure = compared(data.targets[: len(results)].cpu(), results)
        _write(figure, folder / "results.png")


def save_layers(folder: Path, outputs: Mapping[str, Tensor]) -> None:
    """Draw what layers give of the first example into the folder of a run.

    Args:
        folder: Of the run.
        outputs: What comes out of each layer, (N, …), by its name.
    """
    shown = {name: output for name, output in outputs.items() if output.numel()}
    with _plain_text():
        _write(feature_maps(shown), folder / "layers.png")
    if len(shown) > LAYERS:
        print(f"the first {LAYERS} of {len(shown)} layers")


def require_matplotlib() -> None:
    """See that plots can be drawn.

    Raises:
        RunError: matplotlib is not there.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise RunError("plots need a package: pip install matplotlib") from None


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read the metrics of a run; none if there are none yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def curves(rows: Sequence[Mapping[str, Any]]) -> "Figure":
    """Draw each metric over the epochs, of training and of test data."""
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
    axis.imshow(shares.sqrt().tolist(), cmap="Blues", vmin=0, vmax=1)  # sees the few
    axis.set_xticks(range(size), classes, rotation=90)
    axis.set_yticks(range(size), classes)
    right = (targets == taken).float().mean().item()
    axis.set(xlabel="taken for", ylabel="class", title=f"{right:.2%} right")
    for row, column in counts.nonzero().tolist() if size <= 20 else ():
        color = "white" if shares[row, column] > 0.4 else "black"
        number = str(int(counts[row, column]))
        axis.text(column, row, number, ha="center", va="center", color=color)
    return figure


def mistakes(
    data: Data, targets: Tensor, results: Tensor, classes: Sequence[str]
) -> "Figure":
    """Draw the images of which the model is surest, and wrong."""
    chances, taken = results.max(dim=1)
    wrong = (targets != taken).nonzero().flatten()
    worst = wrong[chances[wrong].argsort(descending=True)]
    figure, axes = _subplots(5, 8, width=12, height=9)
    for axis in axes:
        axis.axis("off")
    images, _ = data.at(worst[: len(axes)].to(data.targets.device))
    for place, image, axis in zip(worst.tolist(), images, axes, strict=False):
        draw(axis, image.cpu())
        said = f"{classes[int(taken[place])]} {chances[place]:.0%}"
        axis.set_title(f"{said}\nis {classes[int(targets[place])]}", fontsize=9)
    figure.suptitle(f"the surest of {len(wrong):,} mistakes in the test data")
    figure.tight_layout()
    return figure


def restored(images: Tensor, results: Tensor) -> "Figure":
    """Draw images above what the model makes of them."""
    figure, axes = _subplots(2, 10, width=12, height=2.8)
    for place in range(min(10, len(images))):
        draw(axes[place], images[place])
        draw(axes[10 + place], results[place])
    for axis in axes:
        axis.axis("off")
    figure.suptitle("images of the test data, and below what the model makes of them")
    return figure


def compared(targets: Tensor, results: Tensor) -> "Figure":
    """Draw what the model gives against what it should give."""
    figure, (axis,) = _subplots(1, 1, width=5, height=5)
    wanted, given = targets.flatten().tolist(), results.flatten().tolist()
    axis.scatter(wanted, given, s=4, alpha=0.5)
    ends = [min(wanted), max(wanted)]
    axis.plot(ends, ends, color="gray", linewidth=1)
    axis.set(xlabel="target", ylabel="output")
    axis.grid(alpha=0.3)
    return figure


def draw(axis: "Axes", image: Tensor) -> None:
    """Draw one image, (C, H, W), grey or in color."""
    shown = (image - image.min()) / (image.max() - image.min()).clamp(min=1e-6)
    channels = shown.permute(1, 2, 0).tolist()
    axis.imshow(channels if len(image) == 3 else shown[0].tolist(), cmap="gray")


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


def computed(model: nn.Module, outputs: Outputs, data: Data) -> Tensor:
    """Return what a model gives for the examples that are drawn, on the CPU."""
    most = min(len(data), MOST)
    parts = []
    for start in range(0, most, AT_ONCE):
        features, _ = data.between(start, min(start + AT_ONCE, most))
        parts.append(outputs(model, features).cpu())
    return torch.cat(parts)


def _maps(output: Tensor) -> list[Tensor]:
    """Return the first maps, (H, W) each, of the first example."""
    first = output[:1].squeeze(0) if output.ndim else output
    values = first.abs() if first.is_complex() else first.float()
    while values.ndim < 3:
        values = values.unsqueeze(0)
    return list(values.flatten(0, -3)[:MAPS])


def _subplots(
    rows: int, columns: int, *, width: float, height: float
) -> tuple["Figure", list["Axes"]]:
    """Make a figure of its own, which no window shows, and its axes, row by row."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def _plain_text() -> Any:
    """Draw names as they are: a `$` in one begins no formula."""
    require_matplotlib()
    from matplotlib import rc_context

    return rc_context({"text.parse_math": False, "text.usetex": False})


def _write(figure: "Figure", path: Path) -> None:
    if RANK > 0:
        return
    figure.savefig(path, dpi=120, bbox_inches="tight")
    print(printable(str(path)))
