"""The plan of the module that reads the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import INDENT, Code, Group, call, layout
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.scripts.data.choosing import PLACES, choosing, held_out, parts_it
from mlpgen.styles.scripts.data.constants import (
    constants,
    each_channel,
    normalizing,
)
from mlpgen.styles.scripts.imports import import_lines
from mlpgen.training.datasets import Archive
from mlpgen.training.sources import Csv, Text

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines


class DataPlan(NamedTuple):
    """What the templates of all kinds of data show.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: Of the module.
        title: What the data is called.
        constants: Lines with what the spec says.
        result: What `load` gives.
        choosing: Lines of `load` that choose what is trained on.
        reading_parts: Lines of `load` that read what was chosen.
        ending: The last lines of `load`, from the parts to what it gives.
        shuffles: Whether some of the training data is chosen by the seed.
        holds: Whether a share of the data is held out by the seed.
        parts: Whether data is parted after it was read.
        read_files: The line that begins the function of that name.
        scaled: How it returns `images`.
        reading: Lines that bring uint8 `features` to what the model takes.
        measures: Whether mean and deviation are those of the training data.
        of_channels: The shape of these.
        about: Lines that begin what is told about the data.
        targets: What the targets are, for people.
        numbers: Whether the targets are numbers.
        unit: Whether they must lie between 0 and 1.
        whole: Whether the features are whole numbers.
        limit: Whether it is known below which number they must be.
        dtype: Of the features.
        lines: Whether each line of a text stands for itself.
        names: Where the names of the classes are.
    """

    template: str
    docstring: Lines
    imports: Lines
    title: Code
    constants: Lines
    result: Code
    choosing: Lines
    reading_parts: Lines
    ending: Lines
    shuffles: bool
    holds: bool
    parts: bool
    read_files: Code
    scaled: Code
    reading: Lines
    measures: bool
    of_channels: Code
    about: Lines
    targets: Code
    numbers: bool
    unit: bool
    whole: bool
    limit: bool
    dtype: Code
    lines: bool
    names: Code


def plan(graph: Graph, recipe: Recipe) -> DataPlan:
    """Plan the module that reads the data of a graph.

    Args:
        graph: The network.
        recipe: How it is trained.
    """
    kind = kind_of(recipe)
    settings = recipe.settings
    about = tells(recipe)
    numbers = recipe.target == "number"
    names = ["train", *(["validation"] if settings.validation else []), "test"]
    types = ["Data"] * len(names) + ["dict[str, Any]"] * about
    arguments = "paths: Iterable[Path]" + ", about: dict[str, Any]" * about
    return DataPlan(
        template=f"scripts/data/{kind}.py.jinja",
        docstring=docstring([f"{recipe.dataset.title} for {graph.name}."]),
        imports=_imports(kind, recipe),
        title=Code(recipe.dataset.title),
        constants=constants(recipe),
        result=Code(f"tuple[{', '.join(types)}]"),
        choosing=choosing(recipe),
        reading_parts=_reading_parts(names),
        ending=_ending(recipe, names),
        shuffles=bool(settings.subset),
        holds=held_out(recipe),
        parts=parts_it(recipe),
        read_files=Code(f"def read_files({arguments}) -> Tensor:"),
        scaled=Code(_scaled(recipe)),
        reading=_reading(recipe),
        measures=settings.normalize == "auto",
        of_channels=_of_channels(recipe),
        about=_about(recipe),
        targets=Code("float32" if numbers else "the places of classes, int64 (N,)"),
        numbers=numbers,
        unit=numbers and any(term.loss.unit for term in recipe.terms),
        whole=recipe.dataset.dtype == "int64",
        limit=recipe.dataset.known > 0,
        dtype=Code(f"torch.{recipe.dataset.dtype}"),
        lines=getattr(recipe.dataset.origin, "by", "") == "lines",
        names=Code(_names(recipe)),
    )


def _names(recipe: Recipe) -> str:
    if not recipe.classifies:
        return ""
    own = not isinstance(recipe.dataset.origin, Archive)
    return 'about["classes"]' if own else "CLASSES"


def kind_of(recipe: Recipe) -> str:
    """Name the kind of the data: `idx`, `cifar`, `images`, `csv` and so on."""
    origin = recipe.dataset.origin
    return origin.kind if isinstance(origin, Archive) else origin.kind()


def tells(recipe: Recipe) -> bool:
    """Tell whether `load` also gives what it found out about the data."""
    origin = recipe.dataset.origin
    return not isinstance(origin, Archive) or recipe.settings.normalize == "auto"


def _reading_parts(names: list[str]) -> Lines:
    places = tuple(f"to_{PLACES[name]}" for name in names)
    read = call("read_parts", "files", Group("[", places, "]"), "device")
    return tuple(layout(read, INDENT, f"{', '.join(names)} = "))


def _ending(recipe: Recipe, names: list[str]) -> Lines:
    lines: list[str] = []
    if isinstance(recipe.dataset.origin, Csv | Text):
        lines = [f"{name} = part(everything, to_{PLACES[name]})" for name in names]
    lines += normalizing(recipe, names)
    given = [*names, *(["about"] if tells(recipe) else [])]
    return (*lines, f"return {', '.join(given)}")


def _about(recipe: Recipe) -> Lines:
    """Name the classes by their numbers, where the data has no names."""
    if not recipe.classifies:
        return ("about: dict[str, Any] = {}",)
    return ('about = {"classes": [str(label) for label in range(OUTPUTS)]}',)


def _reading(recipe: Recipe) -> Lines:
    """Bring the features of files to what the model takes."""
    raw = recipe.settings.normalize
    pictures = recipe.dataset.pictures
    lines = ("del about",) if tells(recipe) and raw != "auto" else ()
    scaled = "features / 255" if pictures else "features"
    if raw is None:
        return (*lines, f"return {scaled}")
    if raw != "auto":
        return (*lines, f"return ({scaled} - MEAN) / STD")
    channels = each_channel(recipe)
    return (
        f'mean = torch.tensor(about["mean"]){channels}',
        f'std = torch.tensor(about["std"]){channels}',
        "return (features - mean) / std",
    )


def _of_channels(recipe: Recipe) -> Code:
    where = ", in 0 to 255" if recipe.dataset.pictures else ""
    ones = ", ".join("1" for _ in recipe.dataset.shape[1:])
    return Code(f"(C, {ones}){where}")


def _scaled(recipe: Recipe) -> str:
    normalize = recipe.settings.normalize
    scaled = "torch.stack(images)"
    if normalize == "auto":
        return f'return ({scaled} - float(about["mean"])) / float(about["std"])'
    return f"return ({scaled} - MEAN) / STD" if normalize else f"return {scaled}"


_NEEDS = {
    "idx": "gzip hashlib http.client importlib importlib.util math os urllib.request "
    "zlib collections.abc:Iterable typing:Any typing:NamedTuple",
    "images": "importlib importlib.util math os shutil tempfile "
    "collections.abc:Iterable concurrent.futures:ThreadPoolExecutor typing:Any "
    "typing:NamedTuple",
    "csv": "csv math collections.abc:Iterable typing:Any typing:NamedTuple",
    "npz": "importlib importlib.util collections.abc:Iterable typing:Any "
    "typing:NamedTuple",
    "text": "collections.abc:Iterable typing:Any typing:NamedTuple",
    "module": "importlib.util traceback collections.abc:Iterable typing:Any "
    "typing:NamedTuple",
    "cifar": "hashlib http.client importlib importlib.util math os tarfile "
    "urllib.request zlib collections.abc:Iterable typing:Any typing:NamedTuple",
}


def _imports(kind: str, recipe: Recipe) -> Lines:
    needs = {"pathlib:Path", "torch", "torch:Tensor", *_NEEDS[kind].split()}
    if recipe.target == "number":
        needs.add("math")
    return import_lines(needs)
