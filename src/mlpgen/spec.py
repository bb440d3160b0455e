"""The spec as it is written: pydantic models of the file, and its list of layers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlpgen.component import Expects, Positive
from mlpgen.names import wrong_class_name
from mlpgen.problems import cut, listed, nearest, shown

if TYPE_CHECKING:
    from mlpgen.problems import Problems
    from mlpgen.source import Path

Style = Literal["explicit", "sequential"]

LATER_KEYS = ("blocks", "include", "init")
LATER_ITEM_KEYS = ("from", "repeat", "when", "share", "select", "parametrize", "init")
"""Keys of the grammar that this version cannot render yet."""

_OTHER_NAMES = {
    "swish": "SiLU",
    "dense": "Linear",
    "fullyconnected": "Linear",
    "upsamplingnearest2d": "Upsample",
    "upsamplingbilinear2d": "Upsample",
}
"""What layers are called elsewhere."""


class _Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, defer_build=True
    )


class Training(_Model):
    """How the network is trained; without it only the model is rendered."""

    data: Annotated[
        Literal["mnist", "fashion_mnist", "kmnist"],
        Field(description="The data set to train on."),
    ]
    loss: Annotated[
        Any, Field(description="A loss of torch.nn, on the first output of the model.")
    ]
    optimizer: Annotated[Any, Field(description="An optimizer of torch.optim.")]
    scheduler: Annotated[
        Any, Field(description="A scheduler of torch.optim.lr_scheduler.")
    ] = None
    epochs: Annotated[Positive, Field(description="Passes over the training data.")] = (
        10
    )
    batch_size: Annotated[Positive, Field(description="Examples in one step.")] = 64
    seed: Annotated[
        int,
        Field(ge=0, le=2**63 - 1, description="Seed of initial values and shuffling."),
        Expects("a whole number of at least 0"),
    ] = 1


class Spec(_Model):
    """A neural network, and how to train it."""

    name: Annotated[str, Field(description="The name of the model's class, CamelCase.")]
    description: Annotated[
        str,
        Field(description="What the network is, in a sentence; becomes the docstring."),
    ] = ""
    parameters: Annotated[
        dict[str, bool | int | float],
        Field(
            description="Keyword arguments of the class with their defaults; "
            "used in layers as `${name}`."
        ),
        Expects("a mapping of names to numbers or true/false"),
    ] = {}
    input: Annotated[
        list[Positive],
        Field(
            min_length=1,
            description="Shape of one example, without the batch dimension.",
        ),
        Expects("a list of whole numbers of at least 1, such as `[1, 28, 28]`"),
    ]
    layers: Annotated[
        list[Any],
        Field(min_length=1, description="The layers, in the order they run."),
        Expects("a list of at least one layer"),
    ]
    outputs: Annotated[
        list[str],
        Field(
            min_length=1,
            description="Names of the layers whose outputs the model returns; "
            "the last layer by default.",
        ),
        Expects("a list of at least one layer's name"),
    ] = []
    style: Annotated[
        Style, Field(description="The style to render without `--style`.")
    ] = "explicit"
    training: Annotated[
        Training | None,
        Field(description="How the network is trained; without it only a model."),
        Expects("a mapping"),
    ] = None


class Item(NamedTuple):
    """One entry of a list of layers, as it is written.

    Attributes:
        type: `Linear`; an empty text if it could not be read.
        arguments: By name, as YAML gave them.
        children: The entries of a `Sequential`.
        name: The name that the author gave it; `naming` fills in the others.
        named: Whether the author gave it.
        path: Where the entry stands.
        type_path: Where its type stands (as a key, if it has arguments).
        shorthand: The argument that one value stands for, if it is written so.
    """

    type: str
    arguments: dict[str, Any]
    children: tuple[Item, ...]
    name: str
    named: bool
    path: Path
    type_path: Path
    shorthand: str | None = None

    def argument_path(self, argument: str | None) -> Path:
        """Return where an argument stands; the type's place if it is not given."""
        if argument is None or argument not in self.arguments:
            return self.type_path
        if argument == self.shorthand:
            return self.type_path
        return (*self.type_path, argument)


def read_spec(problems: Problems) -> Spec:
    """Validate all of a document but its layers.

    A field that is wrong is noted and left empty, so that the other passes can go on
    and find more.
    """
    data = problems.document.data
    for key in LATER_KEYS:
        if key in data:
            problems.add("MG213", f"`{key}` cannot be rendered yet", (key,), key=True)
    data = {key: value for key, value in data.items() if key not in LATER_KEYS}
    data |= _without_wrong_training(data, problems)
    try:
        spec = Spec.model_validate(data)
    except ValidationError as error:
        problems.add_invalid(error, Spec, "", (), data)
        wrong = {each["loc"][0] for each in error.errors(include_url=False)}
        empty = {"name": "", "input": [], "layers": []}
        right = {key: value for key, value in data.items() if key not in wrong}
        spec = Spec.model_construct(**(empty | right))
    reason = wrong_class_name(spec.name) if spec.name or data.get("name") == "" else ""
    if reason:
        message = f"the text `{cut(spec.name)}` cannot be the name: {reason}"
        words = re.findall(r"[A-Za-z0-9]+", spec.name)
        meant = "".join(word[0].upper() + word[1:] for word in words)
        help = (
            f"did you mean `{meant}`?" if meant and not wrong_class_name(meant) else ""
        )
        problems.add("MG205", message, ("name",), help=help)
    return spec


def _without_wrong_training(data: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """Validate `training` apart, so that its mistakes have its own words and places."""
    training = data.get("training")
    if not isinstance(training, dict):
        return {}
    try:
        return {"training": Training.model_validate(training)}
    except ValidationError as error:
        problems.add_invalid(error, Training, "training", ("training",), training)
        return {"training": None}


def read_items(raw: Any, path: Path, problems: Problems) -> tuple[Item, ...]:
    """Read a list of layers; the type of an entry that cannot be read is empty."""
    return tuple(
        _read_item(entry, (*path, index), problems) for index, entry in enumerate(raw)
    )


def _read_item(entry: Any, path: Path, problems: Problems) -> Item:
    if isinstance(entry, str):
        return _typed(entry, None, "", path, path, problems)
    if not isinstance(entry, dict):
        message = f"a layer is a name or a mapping, not {shown(entry)}"
        problems.add("MG208", message, path)
        return _unreadable("", path)
    for key in LATER_ITEM_KEYS:
        if key in entry:
            message = f"`{key}` cannot be rendered yet"
            problems.add("MG213", message, (*path, key), key=True)
    name = entry.get("name", "")
    if not isinstance(name, str):
        message = f"`name` must be a text, not {shown(name)}"
        problems.add("MG203", message, (*path, "name"))
        name = ""
    elif not name and "name" in entry:
        problems.add("MG205", "a name is not empty", (*path, "name"))
    types = [key for key in entry if key != "name" and key not in LATER_ITEM_KEYS]
    if not types:
        help = "`name` stands in the entry of its layer, without `- ` before it"
        problems.add("MG208", "the entry names no layer", path, help=help)
    elif len(types) > 1:
        message = f"one entry names {len(types)} layers: {listed(types)}"
        help = _about_second(types[0], types[1])
        problems.add("MG208", message, (*path, types[1]), key=True, help=help)
    else:
        type_ = types[0]
        return _typed(type_, entry[type_], name, path, (*path, type_), problems)
    return _unreadable(name, path)


def _about_second(first: str, second: str) -> str:
    from mlpgen.layers import LAYERS

    if first in LAYERS and second in LAYERS[first].model_fields:
        return f"arguments stand behind the layer: `{first}: {{{second}: …}}`"
    return "each layer is an entry of its own, after `- `"


def _unreadable(name: str, path: Path) -> Item:
    return Item("", {}, (), name, bool(name), path, path)


def _typed(
    type_: str, raw: Any, name: str, path: Path, type_path: Path, problems: Problems
) -> Item:
    from mlpgen.layers import LAYERS

    if type_ == "Sequential" and (raw is None or isinstance(raw, list)):
        children = read_items(raw or [], type_path, problems)
        return Item(type_, {}, children, name, bool(name), path, type_path)
    if type_ == "Sequential":
        message = f"`Sequential` takes a list of layers, not {shown(raw)}"
        problems.add("MG203", message, type_path)
    elif type_ not in LAYERS:
        _unknown_layer(type_, type_path, type_path != path, problems)
    elif raw is None or isinstance(raw, dict):
        return Item(type_, raw or {}, (), name, bool(name), path, type_path)
    else:
        shorthand = LAYERS[type_].shorthand()
        if shorthand is not None:
            arguments = {shorthand: raw}
            named = bool(name)
            return Item(type_, arguments, (), name, named, path, type_path, shorthand)
        problems.add("MG201", f"`{type_}` takes no arguments", type_path)
    return _unreadable(name, path)


def _unknown_layer(type_: str, path: Path, key: bool, problems: Problems) -> None:
    from mlpgen.layers import CONTAINERS, LAYERS

    if type_[:1].islower() and type_.isidentifier() and type_ not in Spec.model_fields:
        message = f"functions such as `{type_}` cannot be rendered yet"
        help = nearest(type_, [*LAYERS, *CONTAINERS])
        problems.add("MG207" if help else "MG213", message, path, key=key, help=help)
        return
    name, bracket, _ = type_.partition("(")
    help = nearest(_OTHER_NAMES.get(name.lower(), name), [*LAYERS, *CONTAINERS])
    if bracket and name in LAYERS:
        help = f"arguments follow a colon: `{LAYERS[name].example}`"
    help = help or "`mlpgen layers` lists them all"
    problems.add("MG207", f"there is no layer `{cut(type_)}`", path, key=key, help=help)
