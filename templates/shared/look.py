"""What a training reads, looked at before it is believed."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import checkpoint
import plots
from data_checks import class_counts
from data_common import (
    NAMED,
    RANK,
    Data,
    Features,
    Splits,
    named,
    names_of_targets,
)
from data_features import in_tuple, on_images
from errors import note, printable, say, short
from plot_columns import named_columns
from plot_figures import as_read
from run_folder import check_files, is_plot

MOST_CLASSES = 20
"""Classes, or targets without names, that are listed; of more classes, the smallest."""
EXAMPLES = 40
"""Examples that are drawn."""
DRAWN = ("examples.png", "columns.png")
"""What is written into the folder of a run, or of one to come."""
COLUMN_VALUES = 1000
"""Examples whose values are counted."""
UNEQUAL = 20
"""How many times more examples than another a class has before that is a warning."""

Augment = Callable[[Features], Features]
Mix = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def look(
    args: argparse.Namespace,
    data: Splits,
    *,
    augmented: Augment | None = None,
    mixed: Mix | None = None,
) -> None:
    """Print what the data is; with --plot, draw examples as the model sees them.

    Args:
        args: The command line.
        data: What was loaded.
        augmented: Changes a batch at random, (N, …).
        mixed: Likewise, with its targets, which become shares of the classes, (N, K).
    """
    tell(facts(data))
    if args.plot and RANK == 0:
        torch.manual_seed(args.seed)
        others = [name for name in DRAWN if not is_plot(args.out / name)]
        check_files(args.out, others)
        args.out.mkdir(parents=True, exist_ok=True)
        draw_columns(args.out, data)
        features, targets = data.train.some(EXAMPLES)
        if augmented:
            features = on_images(features, augmented)
        if mixed:
            features, targets = mixed(features, targets)
        draw_examples(args.out, data, features, targets)


def draw_examples(
    folder: Path, data: Splits, features: Features, targets: Tensor
) -> None:
    """Draw images, or texts, as the model sees them, with what each is; no columns."""
    titles = [printable(_title(each, data)) for each in targets]
    if "vocabulary" in data.about:
        texts = next(each for each in in_tuple(features) if each.ndim == 2)
        plots.save_texts(folder, as_texts(texts, data.about), titles)
        return
    own = own_values(data.train, features)
    parts = {name: each for name, each in own.items() if each.ndim != 2}
    if not parts:
        return
    if targets.ndim > 2:  # a map for each example
        unknown = -1 if data.train.ignored is None else data.train.ignored
        parts["target"] = targets.cpu().where(targets.cpu() != unknown, -1)
    shown = zip(titles, zip(*parts.values(), strict=True), strict=True)
    some = [*shown][: EXAMPLES // len(parts)]
    plots.save_examples(folder, some, [*parts])


def own_values(data: Data, features: Features) -> dict[str, Tensor]:
    """Return what a model sees of each input, as it was before, by its name."""
    own = in_tuple(as_read(data, features))
    return {name: values.cpu() for name, values in zip(data.by_name, own, strict=True)}


def draw_columns(folder: Path, data: Splits) -> None:
    """Draw where the values of inputs without height and width are, (N, F) each."""
    if "vocabulary" in data.about:
        return
    features, targets = data.train.some(COLUMN_VALUES)
    found: dict[str, Tensor] = {}
    for name, values in own_values(data.train, features).items():
        if values.ndim == 2:
            about = data.about.get("inputs", {}).get(name, data.about)
            found |= named_columns(name, values, about)
    if not found:
        return
    classes = data.about.get("classes") or _two_classes(data.train)
    labels = data.train.labels(targets) if classes else targets
    own_targets = labels if classes else data.train.in_own_unit(targets)
    plots.save_columns(folder, found, own_targets.cpu(), classes)


def as_texts(features: Tensor, about: dict[str, Any]) -> list[str]:
    """Return texts, (N, L), as they can be read."""
    known = about["vocabulary"]
    blank = " " if about.get("units") == "words" else ""
    return [blank.join(known[place] for place in row) for row in features.tolist()]


def begin(data: Splits, folder: Path) -> None:
    """Say what the data of a run is, and keep it in data.json.

    A run that goes on with what it had says nothing.
    """
    if RANK > 0:
        return
    found, path = facts(data), folder / "data.json"
    text = json.dumps(found, indent=2) + "\n"
    if not path.exists() or path.read_text("utf-8", errors="replace") != text:
        tell(found)
        checkpoint.write(path, lambda aside: aside.write_text(text, "utf-8"))


def facts(data: Splits) -> dict[str, Any]:
    """Find out what data is: how many examples, their classes, ranges, as plain data.

    Args:
        data: What was loaded.
    """
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    found: dict[str, Any] = {"examples": {name: len(parts[name]) for name in parts}}
    found["inputs"] = {
        name: _input(data.train, name, values)
        for name, values in data.train.inputs().items()
    }
    classes = data.about.get("classes") or _two_classes(data.train)
    if classes:
        labels = not data.train.targets.is_floating_point()
        found["places"] = labels and not _single(data.train)
        counts = {
            name: class_counts(part.targets, len(classes))
            for name, part in parts.items()
        }
        found["classes"] = {
            label: {name: counts[name][place] for name in parts}
            for place, label in enumerate(classes)
        }
    elif data.train.compared and data.train.targets.is_floating_point():
        found["targets"] = {
            name: _targets(part, data.about)
            for name, part in parts.items()
            if len(part)
        }
    found["notes"] = [*data.notes, *_positive(data, classes)]
    found["warnings"] = [*data.warnings, *_unequal(data, found.get("classes", {}))]
    return found


def _single(data: Data) -> bool:
    """Tell whether there is one target for each example."""
    return data.targets[0].numel() == 1


def _two_classes(data: Data) -> list[str]:
    """Name the classes of targets that are 0 or 1, one an example; none of others."""
    targets = data.targets
    if not (data.compared and targets.is_floating_point() and _single(data)):
        return []
    return ["0", "1"] if bool(((targets == 0) | (targets == 1)).all()) else []


def _positive(data: Splits, classes: list[str]) -> list[str]:
    """Say which of two classes is the one that one output finds, if not simply 1."""
    if len(classes) == 2 and classes[1] != "1" and _two_classes(data.train):
        return [
            f"`f1` and `auc` are of {classes[1]!r}, which is 1; {classes[0]!r} is 0"
        ]
    columns = data.about.get("target_columns", {})
    words = {name: known.get("classes") for name, known in columns.items()}
    return [
        f"of {name!r}, {each[1]!r} is 1; {each[0]!r} is 0"
        for name, each in words.items()
        if len(words) > 1 and each and each[1] != "1"
    ]


def _unequal(data: Splits, classes: dict[str, dict[str, int]]) -> list[str]:
    """Say which classes have far fewer examples than another, if no weight helps."""
    train = data.train
    weighted = hasattr(train, "class_weights") or hasattr(train, "pos_weight")
    if weighted or not train.compared:
        return []
    counts = {name: parts["train"] for name, parts in classes.items() if parts["train"]}
    if not counts:
        return []
    largest = max(counts, key=lambda name: counts[name])
    few = [name for name in counts if counts[largest] > UNEQUAL * counts[name]]
    if not few:
        return []
    few.sort(key=lambda name: counts[name])
    said = named(f"{name} ({counts[name]:,})" for name in few)
    most = f"{largest} ({counts[largest]:,})"
    key = (
        "pos_weight"
        if train.targets.is_floating_point() and _single(train)
        else "weight"
    )
    mend = f"`{key}: balanced` in the loss makes up for it"
    return [f"far fewer examples than of {most} are of {said}: {mend}"]


def tell(found: dict[str, Any]) -> None:
    """Print what `facts` has found, in a few lines."""
    parts = {name: count for name, count in found["examples"].items() if count}
    rows = [
        ["places of" if found.get("places") else "", *parts],
        *_rows(found.get("classes", {}), [*parts]),
    ]
    rows.append(["examples", *(f"{count:,}" for count in parts.values())])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *counts in rows:
        cells = (
            f"{count:>{width}}" for count, width in zip(counts, widths[1:], strict=True)
        )
        say("  ".join([f"{name:{widths[0]}}", *cells]))
    for name, about in found["inputs"].items():
        read, seen = (_range(*about[key]) for key in ("read", "seen"))
        model = "" if read == seen else f", for the model {seen}"
        say(f"{name} {about['shape']}: {read}{model}")
    for part, columns in found.get("targets", {}).items():
        for name, about in columns.items():
            least, most, mean, deviation = map(short, about.values())
            said = f"{least} to {most}, mean {mean}, deviation {deviation}"
            say(f"{name}, {part}: {said}")
    for line in found["notes"]:
        say(line)
    for line in found["warnings"]:
        note(f"warning: {line}")


def _rows(classes: dict[str, dict[str, int]], parts: list[str]) -> list[list[str]]:
    """Lay out the counts of classes; of many, those of the smallest."""
    shown = classes
    if len(classes) > MOST_CLASSES:
        order = sorted(classes, key=lambda name: classes[name]["train"])
        shown = {name: classes[name] for name in order[:NAMED]}
    rows = [
        [name, *(f"{counts[part]:,}" for part in parts)]
        for name, counts in shown.items()
    ]
    if len(shown) < len(classes):
        others = [classes[name] for name in classes if name not in shown]
        ranges = (_span([each[part] for each in others]) for part in parts)
        rows.append([f"{len(others)} more", *ranges])
    return rows


def _span(counts: list[int]) -> str:
    """Say from where to where counts go."""
    least, most = min(counts), max(counts)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _input(data: Data, name: str, values: Tensor) -> dict[str, Any]:
    """Find out the shape of an example, and from where to where its values go."""
    ends = torch.stack(
        [_of_channels(values, torch.amin), _of_channels(values, torch.amax)]
    )
    return {
        "shape": [*values.shape[1:]],
        "read": _ends(_without_noise(data.of(name).as_read(ends))),
        "seen": _ends(data.of(name).as_seen(ends)),
    }


def _of_channels(values: Tensor, reduced: Callable[..., Tensor]) -> Tensor:
    """Reduce values, (N, C, …), to one of each channel, (C, 1, …)."""
    return reduced(values, dim=(0, *range(2, values.ndim)), keepdim=True)[0]


def _without_noise(values: Tensor) -> Tensor:
    """Return values, (N, …), with 0 for what is that beside the largest of its column.

    They were scaled, and brought back: of 0 to 3432, float32 may make -7e-9 to 3432.
    """
    if not values.is_floating_point():
        return values
    noise = values.abs() < values.abs().amax(dim=0) * 2**-22
    return values.masked_fill(noise, 0)


def _ends(values: Tensor) -> list[float]:
    least, most = values.aminmax()
    return [least.item(), most.item()]


def _targets(part: Data, about: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Find out where numbers to predict are, in their own unit, by their names."""
    own = part.in_own_unit(part.targets)
    columns = own.unsqueeze(-1).flatten(1).unbind(1)
    names = names_of_targets(about, len(columns))
    if not names and own.ndim == 2 and 1 < len(columns) <= MOST_CLASSES:
        names = [f"target {place}" for place in range(1, len(columns) + 1)]
    if not names:
        return {"targets": _numbers(own)}
    return dict(zip(names, map(_numbers, columns), strict=True))


def _numbers(targets: Tensor) -> dict[str, float]:
    """Find out where numbers to predict are."""
    ends = torch.stack([*targets.aminmax()])
    least, most = _without_noise(ends).tolist()
    deviation, mean = torch.std_mean(targets, correction=0)
    about = {"least": least, "most": most}
    return {**about, "mean": mean.item(), "deviation": deviation.item()}


def _range(least: float, most: float) -> str:
    return f"{short(least)} to {short(most)}"


def _title(target: Tensor, data: Splits) -> str:
    """Say what an example is."""
    classes: list[str] = data.about.get("classes", [])
    if target.numel() == 1:
        own = data.train.in_own_unit(target).item()
        return classes[int(own)] if classes else short(own)
    if len(target) != len(classes) or not target.is_floating_point():
        return ""
    likely = target.argsort(descending=True)[:2].tolist()  # a mixture
    shares = [(classes[place], float(target[place])) for place in likely]
    return "\n".join(f"{name} {share:.0%}" for name, share in shares if share)
