"""Curves and results of a training, drawn into the folder of its run."""

import csv
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from data_common import RANK, Data, Splits, names_of_targets
from data_features import applied, in_tuple
from errors import RunError, printable
from plot_columns import columns
from plot_figures import (
    LAYERS,
    MOST,
    as_read,
    compared,
    confusion,
    confusion_of_places,
    confusion_of_several,
    curves,
    drawn_pixels,
    examples,
    feature_maps,
    mistakes,
    pictured,
    restored,
    restored_files,
    texts,
)
from preprocessing import Preprocessor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_NUMBERS = 2**23
"""Numbers of all outputs that are drawn, 32 MiB, if these are of more than a few."""
FEWEST_DRAWN = 10
"""Outputs that are drawn, however large they are."""


def save_curves(folder: Path) -> None:
    """Draw the metrics of a run over its epochs into curves.png, if it has some."""
    path = folder / "metrics.csv"
    if not path.exists():
        return
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if rows:
        _save(folder / "curves.png", curves, rows)


def save_classes(folder: Path, data: Splits, chances: Tensor) -> None:
    """Draw the curves, confusion.png and, of images, mistakes.png.

    Args:
        folder: Of the run.
        data: What was trained on and tested.
        chances: Probabilities of the classes, (N, K), of the first examples to test.
    """
    save_curves(folder)
    classes = names_of_classes(data)
    chances = chances[:, : len(classes)]
    targets = data.test.labels(data.test.targets[: len(chances)].cpu())
    if targets.is_floating_point():  # one number tells two apart
        targets = (targets.flatten() > 0.5).long()
    _save(folder / "confusion.png", confusion, targets, chances, classes)
    if pictured(data.test.between(0, 1)[0]).ndim == 4:
        _save(folder / "mistakes.png", mistakes, data.test, targets, chances, classes)


def names_of_classes(data: Splits) -> list[str]:
    """Return names of classes that can be drawn; of two without names, 0 and 1."""
    return [*map(printable, data.about.get("classes", ["0", "1"]))]


def save_places(folder: Path, data: Splits, chances: Tensor) -> None:
    """Draw the curves, confusion.png and, of classes of pixels, places.png.

    Args:
        folder: Of the run.
        data: What was trained on and tested.
        chances: Probabilities of the classes, (N, K, …), of the first examples to test.
    """
    save_curves(folder)
    classes = names_of_classes(data)
    targets = data.test.labels(data.test.targets[: len(chances)].cpu())
    results = chances[:, : len(classes)]
    _save(folder / "confusion.png", confusion_of_places, targets, results, classes)
    images = pictured(as_read(data.test, data.test.between(0, 10)[0]))
    if images.ndim == 4 and targets.ndim == 3:
        taken = results[:10].argmax(dim=1)
        _save(folder / "places.png", drawn_pixels, images.cpu(), targets[:10], taken)


def save_several(folder: Path, data: Splits, chances: Tensor) -> None:
    """Draw the curves, confusion.png and, of pixels that are 0 or 1, places.png.

    Args:
        folder: Of the run.
        data: What was trained on and tested.
        chances: Of ones, (N, …), of the first examples to test.
    """
    save_curves(folder)
    targets = data.test.targets[: len(chances)].cpu()
    _save(folder / "confusion.png", confusion_of_several, targets, chances)
    images = pictured(as_read(data.test, data.test.between(0, 10)[0]))
    if images.ndim == 4 and targets.ndim == 4:
        pairs = ((each[:10, 0] > 0.5).long() for each in (targets, chances))
        _save(folder / "places.png", drawn_pixels, images.cpu(), *pairs)


def save_restored(folder: Path, data: Splits, outputs: Tensor) -> None:
    """Draw the curves, and what is made of the first images, (N, C, H, W)."""
    save_curves(folder)
    features, _ = data.test.between(0, len(outputs))
    of_inputs = zip(data.test.by_name.values(), in_tuple(features), strict=True)
    own, images = next(pair for pair in of_inputs if pair[1].shape == outputs.shape)
    pair = (own.unscaled(each.cpu()) for each in (images, outputs))
    _save(folder / "restored.png", restored, *pair)


def save_files(
    folder: Path, shown: Sequence[tuple[str, Tensor, Tensor]], scale: Preprocessor
) -> None:
    """Draw files, and below what a model makes of them, into restored_files.png.

    Args:
        folder: Of the run.
        shown: The title of each, what the model sees, and what it makes, (C, H, W).
        scale: What brought the files to what the model sees.
    """
    titles, *pair = zip(*shown, strict=True)
    images = [scale.undone(torch.stack(each)) for each in pair]
    names = ["\n".join(map(printable, title.split("\n"))) for title in titles]
    _save(folder / "restored_files.png", restored_files, names, *images)


def save_numbers(folder: Path, data: Splits, outputs: Tensor) -> None:
    """Draw the curves, and what is given against what it should be: results.png."""
    save_curves(folder)
    test = data.test
    wanted = test.in_own_unit(test.targets[: len(outputs)]).cpu()
    names = names_of_targets(data.about, wanted[0].numel()) or ["target"]
    given = test.in_own_unit(outputs)
    _save(folder / "results.png", compared, wanted, given, [*map(printable, names)])


def save_examples(
    folder: Path,
    shown: Sequence[tuple[str, Sequence[Tensor]]],
    names: Sequence[str] = ("",),
) -> None:
    """Draw examples as a model sees them into examples.png.

    Args:
        folder: Where it goes.
        shown: Of each example its title, and what is drawn of it side by side:
            images, (C, H, W), or other values as maps.
        names: Of what is drawn side by side.
    """
    _save(folder / "examples.png", examples, shown, names)


def save_columns(
    folder: Path, values: Mapping[str, Tensor], targets: Tensor, classes: Sequence[str]
) -> None:
    """Draw where the values of columns are into columns.png."""
    with warnings.catch_warnings(action="ignore"):  # of signs that the font lacks
        drawn = {printable(name): each for name, each in values.items()}
        shown = [printable(name) for name in classes]
        _save(folder / "columns.png", columns, drawn, targets, shown)


def save_texts(folder: Path, lines: Sequence[str], titles: Sequence[str]) -> None:
    """Draw texts as a model sees them into examples.png."""
    with warnings.catch_warnings(action="ignore"):  # of signs that the font lacks
        _save(folder / "examples.png", texts, lines, titles)


def save_layers(folder: Path, outputs: Mapping[str, Tensor]) -> None:
    """Draw what layers give of the first example, by their names, into layers.png."""
    shown = {name: output for name, output in outputs.items() if output.numel()}
    _save(folder / "layers.png", feature_maps, shown)
    if len(shown) > LAYERS:
        print(f"the first {LAYERS} of {len(shown)} layers")


def require_matplotlib() -> None:
    """See that plots can be drawn."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise RunError("plots need a package: pip install matplotlib") from None


@torch.inference_mode()
def computed(model: nn.Module, data: Data, batch_size: int, most: int = MOST) -> Tensor:
    """Return the first output of a model for what is drawn of the data, on the CPU.

    Args:
        model: The model.
        data: Its first examples are drawn.
        batch_size: How many the model looks at at once.
        most: How many are drawn; of large outputs fewer.
    """
    parts: list[Tensor] = []
    start, most = 0, min(len(data), most)
    while start < most:
        features, _ = data.between(start, min(start + batch_size, most))
        output = applied(model, features)
        parts.append((output if isinstance(output, Tensor) else output[0]).cpu())
        start += batch_size
        most = min(most, max(MOST_NUMBERS // parts[0][0].numel(), FEWEST_DRAWN))
    return torch.cat(parts)[:most]


def _save(path: Path, figure_of: Callable[..., "Figure"], *values: Any) -> None:
    """Draw something into a file, once, whatever the number of ranks."""
    require_matplotlib()
    from matplotlib import rc_context

    if RANK > 0:
        return
    with rc_context({"text.parse_math": False, "text.usetex": False}):  # names have `$`
        figure_of(*values).savefig(path, dpi=120, bbox_inches="tight")
    print(printable(str(path)))
