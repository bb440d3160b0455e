"""Whether data can teach a model anything: what cannot is refused, and doubts are said.

What is refused would end in a model that has learned nothing, with good metrics.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from data_common import (
    NUMBERS_AT_ONCE,
    Data,
    DataError,
    Splits,
    in_pieces,
    named,
)
from data_features import in_tuple
from data_goal import Goal
from row_twins import twin_doubts

SOME = 1000
"""Examples that are looked at where some are enough; fewer of large ones."""
DARK = 16
"""What no pixel of a nearly black image is above, of 255."""
FEWEST = 20
"""Examples from which on a number that differs in all of them is odd."""
LARGE = 20.0
"""What the root mean square of features should not be above; they start at about 1."""
SMALL = 0.02
"""What their deviation should not be below."""

KEEP_ROWS = "`unique()` of polars does"
FIND_ROWS = "`numpy.unique(x, axis=0, return_index=True)` finds them"
"""What keeps one of equal rows, of tables and of arrays."""


def believed(
    data: Splits,
    goal: Goal,
    *,
    lenient: bool = False,
    rows: bool = False,
    own: bool = False,
) -> Splits:
    """Refuse data that cannot teach anything, and add warnings of what may be wrong.

    Args:
        data: What was loaded.
        goal: What the loss compares with.
        lenient: Whether classes may lack examples: those of a subset, or of data that
            is known.
        rows: Whether examples are rows, of which some may be trained on and held out;
            files that are such are found where they are listed.
        own: Whether these are tensors of one's own, in which numbers may count the
            examples, and the loss sees targets as they are.

    Raises:
        DataError: It cannot: the line says why.
    """
    data.train.compared = goal.compared
    for part, name in ((data.train, "train on"), (data.test, "test")):
        if len(part) == 0:
            raise DataError(f"there are no examples to {name}")
    if goal.compared:
        check_targets(data, lenient=lenient)
    if all(is_constant(values) for values in data.train.inputs().values()):
        count = f"all {len(data.train):,} examples to train on"
        raise DataError(f"{count} have the same features: nothing can be learned")
    found = [
        *(class_doubts(data, goal.classes) if goal.compared else ()),
        *(target_doubts(data.train) if goal.compared and own else ()),
        *feature_doubts(data, ids=own),
    ]
    if rows:
        found += twin_doubts(data, FIND_ROWS if own else KEEP_ROWS)
    return data._replace(warnings=(*data.warnings, *found))


def check_targets(data: Splits, *, lenient: bool) -> None:
    """Refuse targets that are all equal, and classes that nothing teaches.

    Raises:
        DataError: The line names them.
    """
    classes: list[str] = data.about.get("classes", [])
    targets, count = data.train.targets, f"all {len(data.train):,} examples to train on"
    labels = not targets.is_floating_point()
    if is_constant(targets.reshape(-1, 1) if labels else targets):
        single = labels or targets[0].numel() == 1
        value = data.train.in_own_unit(targets[0]).flatten()[0].item()
        if single and classes:
            said = f"{count} are of class {classes[int(value)]}"
            raise DataError(f"{said}: there is nothing to tell apart")
        own = f"target {value:g}" if single else "same targets"
        raise DataError(f"{count} have the {own}: nothing can be learned")
    if classes and targets.ndim == 1 and not lenient:
        check_classes(data, classes)


def check_classes(data: Splits, classes: list[str]) -> None:
    """Refuse classes without an example to train on.

    Raises:
        DataError: The line names them.
    """
    parts = (data.train, data.validation, data.test)
    counts = [class_counts(part.targets, len(classes)) for part in parts]
    missing = [place for place, count in enumerate(counts[0]) if not count]
    if not missing:
        return
    names = named(classes[place] for place in missing)
    one = len(missing) == 1
    which = f"class {names} has" if one else f"classes {names} have"
    elsewhere = sum(part[place] for part in counts[1:] for place in missing)
    if elsewhere:
        rest = "its only one is" if elsewhere == 1 else f"all {elsewhere} are"
        said = f"{which} no example to train on: {rest} held out"
        raise DataError(f"{said}; collect more, or leave {'it' if one else 'them'} out")
    raise DataError(f"{which} no examples: {_mended(missing, classes)}")


def _mended(missing: list[int], classes: list[str]) -> str:
    """Say what to do about classes without examples."""
    left = len(classes) - len(missing)
    if classes != [str(place) for place in range(len(classes))]:
        return "collect some, or leave it out"
    if missing == [0]:
        return f"labels count from 0: `y = y - 1`, for {left} outputs"
    if missing[0] == left:  # the last ones
        return f"{left} outputs are enough"
    counted = "`y = numpy.unique(y, return_inverse=True)[1]` counts labels from 0"
    return f"{counted}, for {left} outputs"


def class_counts(targets: Tensor, classes: int) -> list[int]:
    """Count the targets of each class; those that are none are left out.

    Args:
        targets: The places of classes, of any shape; or shares of them, (N, K, …), of
            which the largest counts.
        classes: How many there are.
    """
    counts = torch.zeros(classes, dtype=torch.int64, device=targets.device)
    for some in in_pieces(targets):
        if some.is_floating_point() and some.shape[1:2] == (classes,):
            some = some.argmax(dim=1)
        places = some.flatten().long()
        known = places[(places >= 0) & (places < classes)]
        counts += known.bincount(minlength=classes)
    found: list[int] = counts.tolist()
    return found


def is_constant(values: Tensor) -> bool:
    """Tell whether all examples, (N, …), are the same."""
    return all(bool((some == values[:1]).all()) for some in in_pieces(values))


def class_doubts(data: Splits, outputs: int) -> Iterator[str]:
    """Yield what is odd about the classes of the parts."""
    classes: list[str] = data.about.get("classes", [])
    if not classes or not outputs:
        return
    if outputs > len(classes):
        said = f"the model tells {outputs} classes apart, the data has {len(classes)}"
        yield f"{said}: {named(classes)}"
    train, test = (
        class_counts(part.targets, len(classes)) for part in (data.train, data.test)
    )
    unseen = [name for name, count in zip(classes, train, strict=True) if not count]
    if unseen:
        yield f"no example of {named(unseen)} is trained on"
    pairs = zip(classes, train, test, strict=True)
    untested = [name for name, count, tests in pairs if count and not tests]
    if untested:
        yield f"no example of {named(untested)} is in the test"


def target_doubts(data: Data) -> Iterator[str]:
    """Yield whether numbers to learn are large for the loss, which takes them so."""
    numbers = data.targets[:: max(len(data) // SOME, 1)]
    if not numbers.is_floating_point():
        return
    if numbers.ndim == 2 and numbers.shape[1] > 1:
        size = numbers.square().mean(dim=0).max().sqrt().item()
        if size > LARGE:
            yield (
                f"targets are large, up to about {float(f'{size:.3g}'):.10g}, and a "
                "network gives about 1 at first: with `MSELoss` or `L1Loss`, "
                "`y = (y - y.mean(axis=0)) / y.std(axis=0)` is learned sooner"
            )
        return
    std, mean = torch.std_mean(numbers.flatten(), correction=0)
    size = torch.hypot(std, mean).item()
    if size > LARGE:
        middle, deviation, about = (
            f"{float(f'{each:.3g}'):.10g}" for each in (mean.item(), std.item(), size)
        )
        yield (
            f"targets are large, about {about}, and a network gives about 1 at first: "
            f"with `MSELoss` or `L1Loss`, `y = (y - {middle}) / {deviation}` is "
            "learned sooner"
        )


def feature_doubts(data: Splits, *, ids: bool) -> Iterator[str]:
    """Yield what is odd about what the model sees."""
    for name, values in data.train.inputs().items():
        yield from pixel_doubts(data, name, values)
    widths = (math.prod(values.shape[1:]) for values in data.train.inputs().values())
    most = min(max(4 * NUMBERS_AT_ONCE // max(*widths, 1), 1), SOME)
    seen, _ = data.train.some(most)
    for name, values in zip(data.train.inputs(), in_tuple(seen), strict=True):
        if values.is_floating_point() and values.ndim > 1:
            yield from scale_doubts(data.train.of(name), name, values)
            if ids:
                yield from id_doubts(data.train.of(name), name, values)


def pixel_doubts(data: Splits, name: str, pixels: Tensor) -> Iterator[str]:
    """Yield how many images of an input, uint8 (N, C, H, W), are nearly black."""
    if pixels.dtype != torch.uint8 or pixels.ndim != 4:
        return
    dark = pixels.amax(dim=(1, 2, 3)) <= DARK
    count = int(dark.sum())
    if 100 * count < len(pixels):
        return
    said = f"{name}: {count:,} of {len(pixels):,} images to train on are nearly black"
    classes: list[str] = data.about.get("classes", [])
    targets = data.train.targets.to(dark.device)
    if classes and targets.ndim == 1:
        of = class_counts(targets[dark], len(classes))
        names = [name for name, many in zip(classes, of, strict=True) if many]
        said += f", of {named(names)}" if len(names) < len(classes) else ""
    yield f"{said}: no pixel is above {DARK} of 255"


def scale_doubts(data: Data, name: str, seen: Tensor) -> Iterator[str]:
    """Yield what is odd about the scale of an input as the model sees it, (N, C, …)."""
    dims = (0, *range(2, seen.ndim))
    sizes = torch.hypot(*torch.std_mean(seen, dim=dims, correction=0))
    large = (sizes > LARGE).nonzero().flatten().tolist()
    deviation = seen.std(correction=0).item()
    scaled = data.scaled is not None
    if large and scaled:
        read = data.as_read(seen)
        whole = bool(((read - read.round()).abs() < 0.01).all())
        mend = "write `normalize: auto`"
        if whole and read.min() >= -0.5 and read.max() < 255.5:
            yield (
                f"{name} holds whole numbers from 0 to 255, and `normalize` is for "
                f"0 to 1: divide them by 255, or {mend}"
            )
        else:
            least, most = (f"{value.item():.4g}" for value in seen.aminmax())
            yield f"after `normalize`, {name} goes from {least} to {most}: {mend}"
    elif large:
        which = f"{name} [{named(large)}]" if len(sizes) > 1 else name
        size = f"{sizes[large].max().item():,.4g}"
        yield f"{which} is large, about {size}: `normalize: auto` makes it about 1"
    elif 0 < deviation < SMALL:
        least, most = (f"{value.item():.4g}" for value in seen.aminmax())
        yield (
            f"{name} hardly varies, from {least} to {most} for the model: "
            "`normalize: auto` makes it vary by about 1"
        )


def id_doubts(data: Data, name: str, seen: Tensor) -> Iterator[str]:
    """Yield which numbers of an input, (N, F), count the examples.

    Args:
        data: What is trained on, of this input.
        name: Of the input.
        seen: Some of it.
    """
    if seen.ndim != 2 or len(seen) < FEWEST:
        return
    some = data.as_read(seen).sort(dim=0).values.double()
    whole = ((some - some.round()).abs() < 0.01).all(dim=0)
    likely = (whole & (some.diff(dim=0) > 0.5).all(dim=0)).nonzero().flatten()
    if not len(likely):
        return
    least, most = data.as_read(torch.stack([seen[0] * 0, seen[0] * 0 + 1]))
    units = (most - least).double()
    found: list[int] = []
    for place in likely.tolist():  # a column at a time, since sorting takes memory
        steps = data.features[:, place].sort().values.double().diff() * units[place]
        if (steps > 0.5).all() and steps.sum() < 2 * len(data):
            found.append(place)
    if found:
        yield f"{name} [{named(found)}] counts the examples: leave it out"
