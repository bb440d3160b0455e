"""The constants of a data module, and the lines that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.expressions import written
from mlpgen.styles.code import Group, layout, literal, quoted
from mlpgen.styles.scripts.data.choosing import held_out
from mlpgen.training.datasets import Archive
from mlpgen.training.sources import Csv, Module, Source, Text

if TYPE_CHECKING:
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines


def constants(recipe: Recipe) -> Lines:
    """Write what the spec says about the data."""
    origin = recipe.dataset.origin
    lines = _archive(origin) if isinstance(origin, Archive) else _own(recipe, origin)
    return (*lines, *_choosing(recipe), *_scale(recipe))


def _archive(archive: Archive) -> Lines:
    mirrors = Group("[", tuple(map(quoted, archive.mirrors)), "]", collection=True)
    if archive.kind == "cifar":
        name, checksum = next(iter(archive.archives.items()))
        return (
            f"ARCHIVE = {quoted(name)}",
            "SHAPE = (3, 32, 32)",
            f"CHECKSUM = {quoted(checksum)}",
            *layout(mirrors, 0, "MIRRORS = "),
            *layout(literal(list(archive.names)), 0, "CLASSES = "),
            *_of_cifar(archive.classes),
        )
    items = tuple(f"{quoted(a)}: {quoted(b)}" for a, b in archive.archives.items())
    image = ", ".join(str(size) for size in archive.shape[1:])
    return (
        f"FOLDER = {quoted(archive.folder)}",
        f"IMAGE = ({image})",
        f"MARGIN = {archive.margin}  # pixels around what is drawn",
        *layout(literal(list(archive.names)), 0, "CLASSES = "),
        *layout(mirrors, 0, "MIRRORS = "),
        *layout(Group("{", items, "}", collection=True), 0, "ARCHIVES = "),
    )


def _of_cifar(classes: int) -> Lines:
    """Name the files of an archive, and how many bytes of labels an image has."""
    if classes == 100:
        return ('TRAIN = ["train.bin"]', 'TEST = ["test.bin"]', "LABELS = 2")
    parts = Group(
        "[",
        tuple(quoted(f"data_batch_{index}.bin") for index in range(1, 6)),
        "]",
        collection=True,
    )
    return (
        *layout(parts, 0, "TRAIN = "),
        'TEST = ["test_batch.bin"]',
        "LABELS = 1",
    )


def _own(recipe: Recipe, source: Source) -> Lines:
    if isinstance(source, Text):
        return _of_text(recipe, source)
    shape = _tuple(recipe.dataset.shape)
    lines = [f"PATH = {quoted(source.path)}", f"SHAPE = {shape}"]
    if isinstance(source, Csv):
        lines.append(f"TARGET = {quoted(source.target)}")
    if recipe.dataset.known:
        lines.append(f"KNOWN = {recipe.dataset.known}  # numbers that the model knows")
    if recipe.classifies:
        lines.append(f"OUTPUTS = {recipe.dataset.classes}  # of the model")
    if recipe.target == "number":
        lines.append(f"RESULT = {_tuple(recipe.terms[0].shape)}  # of the model")
    if not isinstance(source, Module):  # which gives a test itself
        lines.append(f"TEST = {written(getattr(source, 'test'))}")
    return tuple(lines)


def _of_text(recipe: Recipe, source: Text) -> Lines:
    known = min(term.shape[-1] for term in recipe.terms)
    known = min(known, recipe.dataset.known or known)
    ignored = getattr(recipe.terms[0].loss, "ignore_index")
    return (
        f"PATH = {quoted(source.path)}",
        f"LENGTH = {recipe.dataset.shape[0]}  # of what the model sees",
        f"VOCABULARY = {known}  # characters that it can tell apart",
        *((f"PADDING = {ignored}",) if source.by == "lines" else ()),
        f"TEST = {written(source.test)}",
    )


def _tuple(sizes: tuple[int, ...]) -> str:
    comma = "," if len(sizes) == 1 else ""
    return f"({', '.join(str(size) for size in sizes)}{comma})"


def _choosing(recipe: Recipe) -> Lines:
    settings = recipe.settings
    chosen = held_out(recipe) or settings.subset
    found = {
        "VALIDATION": settings.validation,
        "SUBSET": settings.subset,
        "SEED": settings.seed if chosen else None,
    }
    return tuple(
        f"{name} = {written(value)}"
        for name, value in found.items()
        if value is not None
    )


def _scale(recipe: Recipe) -> Lines:
    raw = recipe.settings.normalize
    if raw is None or raw == "auto":
        return ()
    scalar = getattr(recipe.dataset.origin, "kind", None) == "idx"
    return tuple(
        line
        for name, value in zip(("MEAN", "STD"), raw, strict=True)
        for line in _tensor(name, value, each_channel(recipe), scalar=scalar)
    )


def each_channel(recipe: Recipe) -> str:
    """Lay numbers out over the dimensions of an example, one a channel."""
    ones = ", ".join("1" for _ in recipe.dataset.shape[1:])
    return f".view(-1, {ones})" if ones else ""


def _tensor(name: str, value: Any, channels: str, *, scalar: bool) -> list[str]:
    numbers = value if isinstance(value, list) else [value]
    if scalar:
        return [f"{name} = {written(float(numbers[0]))}"]
    piece = literal([float(each) for each in numbers])
    made = Group("torch.tensor(", (piece,), f"){channels}")
    return layout(made, 0, f"{name} = ")


def normalizing(recipe: Recipe, names: list[str]) -> list[str]:
    """Bring images from a mean and a deviation to 0 and 1."""
    raw = recipe.settings.normalize
    archive = isinstance(recipe.dataset.origin, Archive)
    parts = ", ".join(names)
    if raw is None:
        return []
    if archive and recipe.dataset.origin.kind == "idx":
        mean, std = "MEAN", "STD"
        lines = []
        if raw == "auto":
            mean, std = 'about["mean"]', 'about["std"]'
            lines = [
                "std, mean = torch.std_mean(train.features)",
                'about = {"mean": mean.item(), "std": std.item()}',
            ]
        return [
            *lines,
            f"for data in ({parts}):",
            f"    data.features.sub_({mean}).div_({std})",
        ]
    lines = []
    if raw == "auto":
        lines = [
            *([] if not archive else ["about: dict[str, Any] = {}"]),
            "mean, std = statistics(train.features)",
            'about |= {"mean": mean.flatten().tolist(), "std": std.flatten().tolist()}',
        ]
    elif recipe.dataset.pictures:
        lines = ["mean, std = 255 * MEAN, 255 * STD"]
    if not recipe.dataset.pictures:
        mean, std = ("mean", "std") if raw == "auto" else ("MEAN", "STD")
        return [
            *lines,
            f"mean, std = {mean}.to(device), {std}.to(device)",
            *(
                f"{name} = {name}._replace(features=({name}.features - mean) / std)"
                for name in names
            ),
        ]
    return [
        *lines,
        *(f"{name} = {name}._replace(mean=mean, std=std)" for name in names),
    ]
