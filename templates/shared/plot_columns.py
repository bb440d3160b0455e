"""Figures of the columns that a model sees: where their values are, of which class."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 30
"""Columns that are drawn."""
ACROSS = 5
"""Of them beside each other."""
COLORS_OF_CLASSES = 10
"""Classes that are told apart: there are no more colors."""
BINS = 20
"""Bars of a histogram."""
NAME_OF_COLUMN = 28
"""Characters of the name of a column that are drawn."""


def named_columns(
    name: str, values: Tensor, about: Mapping[str, Any]
) -> dict[str, Tensor]:
    """Return each column of an input, (N,), by its name.

    Args:
        name: Of the input.
        values: What is known of it, (N, F).
        about: What is known of the data; of a table, its columns.
    """
    found: list[str] = []
    for column, known in about.get("columns", {}).items():
        each = known.get("categories") or known.get("parts")
        found += [f"{column}: {one}" for one in each] if each else [column]
    if len(found) != values.shape[1]:
        found = [f"{name} [{place}]" for place in range(values.shape[1])]
    return dict(zip(found, values.float().unbind(1), strict=True))


def columns(
    values: Mapping[str, Tensor], targets: Tensor, classes: Sequence[str]
) -> "Figure":
    """Draw a histogram of each column, of each class in a color.

    Args:
        values: The columns, (N,) each, by their names.
        targets: Of the examples, (N, …): classes; or numbers, of which one is drawn
            against each column; others are not drawn.
        classes: The names of the classes, if they are such.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    shown = [*values.items()][:COLUMNS]
    across = min(ACROSS, len(shown))
    rows = -(-len(shown) // across)
    figure = Figure(figsize=(max(2.6 * across, 5), 2.1 * rows + 0.7))
    figure.set_layout_engine("constrained")
    axes = list(figure.subplots(rows, across, squeeze=False).flat)
    single = targets.numel() == len(targets)
    for axis, (name, column) in zip(axes, shown, strict=False):
        ending = "…" if len(name) > NAME_OF_COLUMN else ""
        axis.set_title(name[: NAME_OF_COLUMN - len(ending)] + ending, fontsize=9)
        axis.tick_params(labelsize=7)
        axis.xaxis.set_major_locator(MaxNLocator(4))
        if classes and single and len(classes) <= COLORS_OF_CLASSES:
            histogram(axis, column, targets.flatten(), classes)
        elif single and not classes and targets.is_floating_point():
            axis.scatter(column.tolist(), targets.flatten().tolist(), s=3, alpha=0.5)
        else:
            axis.hist(column.tolist(), bins=BINS)
    for axis in axes[len(shown) :]:
        axis.axis("off")
    handles, labels = axes[0].get_legend_handles_labels()
    if labels:
        figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=8)
    some = f" (the first {COLUMNS} of {len(values):,})" if len(values) > COLUMNS else ""
    scattered = single and not classes and targets.is_floating_point()
    said = "columns, and the target above each value" if scattered else "columns"
    figure.suptitle(f"{said}{some}", fontsize=10)
    return figure


def histogram(
    axis: "Axes", column: Tensor, labels: Tensor, classes: Sequence[str]
) -> None:
    """Draw where the values of a column are, of each class as a line."""
    known = column[column.isfinite()]
    low, high = (each.item() for each in known.aminmax()) if len(known) else (0, 1)
    ends = (low, high if high > low else low + 1)
    for place, name in enumerate(classes):
        own = column[labels == place].tolist()
        axis.hist(own, bins=BINS, range=ends, histtype="step", label=name)
