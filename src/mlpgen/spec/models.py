"""Pydantic models of a spec file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from mlpgen.catalogue.component import STRICT, Expects
from mlpgen.names.identifiers import (
    camel_case,
    snake_case,
    wrong_class_name,
    wrong_stem,
)
from mlpgen.spec.infinite import refuse_infinite
from mlpgen.spec.inputs import UNKNOWN, Input, Shape, checked_inputs
from mlpgen.spec.training import Ignore, Training
from mlpgen.spec.type_parameters import CLASS_NAME, similar_type
from mlpgen.spec.wording import cut, shown
from mlpgen.symbols.lists import depth, even, numbers
from mlpgen.symbols.type_names import is_type_text

if TYPE_CHECKING:
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems

Style = Literal["explicit", "sequential"]

Description = Annotated[
    str,
    Field(description="What it is, in one sentence; used as the docstring."),
]
TypeText = Annotated[
    str,
    Field(pattern=CLASS_NAME, description="A type of layer: of torch.nn, or a block."),
]
Parameters = Annotated[
    dict[str, bool | int | float | TypeText | list[Any]],
    Field(
        description="Keyword arguments of the class, with their defaults. Layers use "
        "them as `${name}`."
    ),
    Expects("a mapping of names to numbers, true/false, lists or types of layers"),
]
Values = Annotated[
    dict[str, bool | int | float | str],
    Field(
        description="Names for expressions over the parameters, the sizes of the "
        "inputs and each other. Layers use them as `${name}`."
    ),
    Expects("a mapping of names to numbers, true/false or expressions"),
]
Layers = Annotated[
    list[Any],
    Field(min_length=1, description="The layers, in the order they run."),
    Expects("a list of at least one layer"),
]
Order = Annotated[
    list[str],
    Field(
        min_length=1,
        description="Names of the layers that are made first, in this order; the "
        "others follow as they run. It is the order of the keys of the state_dict.",
    ),
    Expects("a list of at least one layer name"),
]
Outputs = Annotated[
    list[str],
    Field(
        min_length=1,
        description="Names of the layers whose outputs are returned. Default: the last "
        "layer.",
    ),
    Expects("a list of at least one layer name"),
]
Numbered = Annotated[
    bool,
    Field(
        description="Whether the keys of its layers are numbers, as in an "
        "`nn.Sequential` of unnamed modules."
    ),
    Expects("true or false"),
]
"""Fields that the model and a block both have."""


class _Model(BaseModel):
    model_config = STRICT


class Block(_Model):
    """A network used as a layer, with its own parameters."""

    description: Description = ""
    parameters: Parameters = {}
    values: Values = {}
    input: Annotated[
        list[str],
        Field(min_length=1, description="Names of its inputs, in order, if several."),
        Expects("a list of input names, without sizes"),
    ] = []
    numbered: Numbered = False
    layers: Layers
    order: Order = []
    outputs: Outputs = []
    ignore: Ignore = None


class Spec(_Model):
    """A neural network and its training."""

    name: Annotated[
        str, Field(description="The name of the model class, in CamelCase.")
    ]
    file: Annotated[
        str,
        Field(
            description="The name of the generated files, without `.py`. Default: "
            "`name` in snake case."
        ),
    ] = ""
    description: Description = ""
    parameters: Parameters = {}
    values: Values = {}
    input: Annotated[
        Shape | Annotated[dict[str, Shape | Input], Field(min_length=1)],
        Field(
            description="Shape of one example, without the batch dimension. "
            "For several inputs, a mapping of names to shapes."
        ),
        Expects(
            "a list of whole numbers of at least 1, or a mapping of names to such lists"
        ),
    ]
    sizes: Annotated[
        dict[str, Annotated[int, Field(ge=2)]],
        Field(
            description="Free sizes: names in `input`, each with an example of at "
            "least 2. The code holds for other sizes too."
        ),
        Expects("a mapping of names to whole numbers of at least 2"),
    ] = {}
    include: Annotated[
        Any,
        Field(description="Files with blocks, in the spec's folder or below it."),
    ] = None
    blocks: Annotated[
        dict[str, Any],
        Field(description="Networks to use as layers. Each becomes a class."),
        Expects("a mapping of names to blocks"),
    ] = {}
    numbered: Numbered = False
    layers: Layers
    order: Order = []
    outputs: Outputs = []
    init: Annotated[
        dict[str, Any],
        Field(description="Initial values for all layers of a type."),
        Expects("a mapping of layer types to initial values"),
    ] = {}
    style: Annotated[
        Style, Field(description="The code style to render if `--style` is not given.")
    ] = "explicit"
    training: Annotated[
        Training | None,
        Field(description="How to train the network. Without it, no scripts are made."),
        Expects("a mapping"),
    ] = None
    ignore: Ignore = None

    @property
    def stem(self) -> str:
        """The name of the model's file, without `.py`."""
        return self.file or snake_case(self.name)


def read_spec(problems: Problems) -> Spec:
    """Validate a document, except for its layers.

    An invalid field is reported and left empty, so that later passes can go on and
    find more mistakes.
    """
    refuse_infinite(problems)
    data = problems.document.data
    data = data | _checked_training(data, problems)
    data = data | checked_inputs(data, problems)
    data = data | _checked_numbers("parameters", data, problems)
    data = data | _checked_numbers("values", data, problems)
    try:
        spec = Spec.model_validate(data)
    except ValidationError as error:
        problems.add_invalid(error, Spec, "", (), data)
        wrong = {each["loc"][0] for each in error.errors(include_url=False)}
        empty: dict[str, Any] = {"name": "", "input": [UNKNOWN], "layers": []}
        right = {key: value for key, value in data.items() if key not in wrong}
        spec = Spec.model_construct(**(empty | right))
    if spec.name or data.get("name") == "":
        _check_name(spec, problems)
    if isinstance(data.get("file"), str):
        _check_file(spec.file, problems)
    return spec


def _check_name(spec: Spec, problems: Problems) -> None:
    reason = wrong_class_name(spec.name)
    meant = camel_case(spec.name)
    help = f"did you mean `{meant}`?" if meant else ""
    if not reason and not spec.file:
        stem = snake_case(spec.name)
        reason = wrong_stem(stem)
        help = f"choose another name for the files, such as `file: {stem}_net`"
    if reason:
        message = f"the string `{cut(spec.name)}` cannot be the name: {reason}"
        problems.add("MG205", message, ("name",), help=help)


def _check_file(file: str, problems: Problems) -> None:
    """Check the name of the files; a path could lead out of their folder."""
    reason, help = wrong_stem(file), ""
    meant = file.removesuffix(".py").lower().replace("-", "_")
    if reason and meant != file and not wrong_stem(meant):
        help = f"did you mean `{meant}`?"
    elif reason and not wrong_stem(f"{meant}_net"):
        help = f"such as `{meant}_net`"
    if reason:
        message = f"the string `{cut(file)}` cannot be the file: {reason}"
        problems.add("MG205", message, ("file",), help=help)


def _checked_numbers(
    key: str, data: dict[str, Any], problems: Problems
) -> dict[str, Any]:
    """Check parameters or values one by one, so that each invalid one is reported."""
    given = data.get(key)
    if not isinstance(given, dict):
        return {}
    symbolic = key == "values"
    wanted = "true/false or an expression"
    if not symbolic:
        wanted = "true/false, a list or a type of layer"
    right = {
        name: raw
        for name, raw in given.items()
        if isinstance(raw, (int, float))
        or (isinstance(raw, list) and not symbolic)
        or (isinstance(raw, str) if symbolic else is_type_text(raw))
    }
    for name, raw in given.items():
        if name not in right:
            message = f"`{cut(name)}` must be a number, {wanted}, not "
            help = problems.help_for(raw, symbolic=symbolic) or similar_type(raw)
            problems.add("MG203", message + shown(raw), (key, name), help=help)
        elif not check_list(raw, (key, name), problems):
            del right[name]
    return {key: right}


MOST_ITEMS = 1000


def check_list(raw: Any, path: Path, problems: Problems) -> bool:
    """Check the default of a parameter, if it is a list; return whether it is right.

    Args:
        raw: The default.
        path: Its path.
        problems: Collects mistakes.
    """
    if not isinstance(raw, list):
        return True
    found = numbers(raw)
    message, help = "", ""
    wrong = next((each for each in found if not isinstance(each, int | float)), 0)
    kinds = {isinstance(each, bool) for each in found}
    if depth(raw) > MOST_DEPTH:
        message = f"`{path[-1]}` is a list of lists of lists"
    elif wrong != 0:
        message = (
            f"`{path[-1]}` is a list of numbers or true/false, not of {shown(wrong)}"
        )
        help = problems.help_for(wrong, symbolic=False)
    elif not even(raw):
        what = "a number beside a list" if all(_lists_in(raw)) else "an empty list"
        message = f"`{path[-1]}` has {what}"
    elif len(kinds) > 1:
        message = f"`{path[-1]}` has numbers and true/false in one list"
    elif len(found) > MOST_ITEMS:
        message = f"`{path[-1]}` has more than {MOST_ITEMS:,} numbers"
    if message:
        problems.add("MG203", message, path, help=help)
    return not message


def _lists_in(raw: Any) -> list[Any]:
    inner = [each for each in raw if isinstance(each, list)]
    return [raw, *(each for some in inner for each in _lists_in(some))]


MOST_DEPTH = 2


def _checked_training(data: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """Validate `training` on its own, so that its mistakes have the right place."""
    training = data.get("training")
    if not isinstance(training, dict):
        return {}
    try:
        return {"training": Training.model_validate(training)}
    except ValidationError as error:
        problems.add_invalid(error, Training, "training", ("training",), training)
        wrong = {each["loc"][0] for each in error.errors(include_url=False)}
    right = {key: value for key, value in training.items() if key not in wrong}
    try:  # later checks see what is right
        return {"training": Training.model_validate(right)}
    except ValidationError:
        return {"training": None}
