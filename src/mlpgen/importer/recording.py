"""What is recorded of a model: its modules, and the calls of one forward pass.

Tensors are numbers, given in the order in which they appear. An argument of a call is a
Python value in which these classes stand for what JSON cannot say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Shape = tuple[int, ...]
PROOF = "proof.json"
"""The file with what `mlpgen prove` claims of a spec."""
FILES = (".pt2", ".onnx")
"""The ends of targets that are files with a model, not code that makes one."""


class Ref(NamedTuple):
    """A tensor of the forward pass."""

    number: int


class State(NamedTuple):
    """A parameter or a buffer of the model, by its key."""

    key: str


class Batch(NamedTuple):
    """A whole number that follows the size of the batch: `times` batches."""

    times: int


class Slice(NamedTuple):
    """A slice of an index."""

    start: Any
    stop: Any
    step: Any


class Dtype(NamedTuple):
    """A dtype, by torch's name: `float32`."""

    name: str


class Rest(NamedTuple):
    """The `...` of an index."""


class Structure(NamedTuple):
    """A result with fields: a dict, a named tuple or a dataclass."""

    type: str
    fields: dict[str, Any]


class Counted(NamedTuple):
    """Numbers that grow evenly along dimensions.

    Attributes:
        start: The first one.
        digits: How many there are along each dimension, and by how much they grow.
        shape: The shape of the tensor.
        dtype: torch's name.
    """

    start: int
    digits: tuple[tuple[int, int], ...]
    shape: Shape
    dtype: str


class Regions(NamedTuple):
    """Numbers that are sums of runs of equal ones along each dimension.

    Attributes:
        axes: For each dimension: how many, and which number, in order.
        dtype: torch's name.
    """

    axes: tuple[tuple[tuple[int, int], ...], ...]
    dtype: str


class Triangle(NamedTuple):
    """One number in a triangle, zero elsewhere.

    Attributes:
        shape: The shape of the tensor; the last two dimensions have the triangle.
        upper: Whether it is the upper one.
        diagonal: Where it begins.
        value: The number.
        dtype: torch's name.
    """

    shape: Shape
    upper: bool
    diagonal: int
    value: float
    dtype: str


class Made(NamedTuple):
    """Numbers that layers make.

    Attributes:
        layers: As a spec has them.
    """

    layers: list[Any]


FORMULAS = (Counted, Regions, Triangle, Made)
"""What stands for the numbers of a constant tensor."""


class Unknown(NamedTuple):
    """An argument that no spec can have."""

    text: str


class Place(NamedTuple):
    """Where the author's code makes a call."""

    file: str
    line: int


class Tensor(NamedTuple):
    """A tensor of the forward pass.

    Attributes:
        number: Its number.
        shape: With the batch as `batch` says.
        dtype: torch's name.
        batch: The dimension that holds the batch; -1 if none does.
        values: Of one that the author keeps in an attribute, neither a parameter nor
            a buffer: its numbers, if they are not too many.
        row: Of such a one whose examples are all equal: the numbers of one of them.
    """

    number: int
    shape: Shape
    dtype: str
    batch: int
    values: Any = None
    row: Any = None


class Step(NamedTuple):
    """A call: of a child module, or of a function.

    Attributes:
        module: The path of the module; empty for a function.
        function: torch's name: `torch.nn.functional.relu`, `torch.Tensor.view`.
        args: The arguments by position.
        kwargs: The arguments by name.
        outputs: The tensors that are new.
        returned: What it returns.
        place: Where it is called.
        pass_: The forward pass of the module inside of it, if it was looked into.
    """

    module: str
    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: tuple[Tensor, ...]
    returned: Any
    place: Place
    pass_: Pass | None = None


class Pass(NamedTuple):
    """One call of the `forward` of a module that was looked into.

    Attributes:
        inputs: Its arguments by name, those that were given.
        steps: What it calls, in order.
        returned: What it returns.
    """

    inputs: dict[str, Any]
    steps: tuple[Step, ...]
    returned: Any


class Member(NamedTuple):
    """A parameter or a buffer of a module.

    Attributes:
        name: Its name in the module.
        shape: Its shape.
        dtype: torch's name.
        parameter: Whether it is a parameter.
        persistent: Whether checkpoints have it.
        trained: Whether it needs a gradient.
        values: Of a buffer, in order, or one of `FORMULAS`; nothing of a large one.
        tied: The key of the same tensor, if an earlier module has it.
        init: How a spec says its initial values, if they were recognised.
        lost: Whether the author gives it values that no spec says.
        rows: How many equal rows it has, if `values` are those of the first alone.
    """

    name: str
    shape: Shape
    dtype: str
    parameter: bool
    persistent: bool = True
    trained: bool = True
    values: Any = None
    tied: str = ""
    init: Any = None
    lost: bool = False
    rows: int = 1


class Module(NamedTuple):
    """A module of the model.

    Attributes:
        type: The name of its class.
        origin: The module of Python that has the class.
        leaf: Whether it is a layer of `torch.nn`, which is not looked into.
        arguments: What a layer of `torch.nn` was made with; what the constructor of
            another class was given, defaults included.
        children: The names of its children, in order.
        members: Its own parameters and buffers.
        doc: The first sentence of the docstring of its class.
        place: Where its class is defined.
        chain: Whether it is an `nn.Sequential` with its forward.
        base: The layer of `torch.nn` that its class derives from, with a `forward` of
            its own; empty if there is none.
        base_arguments: What makes that layer.
        file: The file that a spec can import its class from; empty if it cannot.
        kept: Whether it is a layer for the spec, whose class stays the author's.
        multiply_adds: Of such a layer, for one example: sizes whose products they are.
        same: The first path of the module, if this is a second one.
        buffered: Whether a layer has buffers that checkpoints have.
        attributes: The numbers that a class of the author keeps, by name.
    """

    type: str
    origin: str
    leaf: bool
    arguments: dict[str, Any]
    children: tuple[str, ...]
    members: tuple[Member, ...]
    doc: str = ""
    place: Place = Place("", 0)
    chain: bool = False
    base: str = ""
    base_arguments: dict[str, Any] = {}  # noqa: RUF012 - never changed
    file: str = ""
    kept: bool = False
    multiply_adds: list[list[int]] = []  # noqa: RUF012 - never changed
    same: str = ""
    buffered: bool = False
    attributes: dict[str, Any] = {}  # noqa: RUF012 - never changed

    @property
    def numbered(self) -> bool:
        """Whether its children have the numbers from 0 for names."""
        return are_numbers(self.children)


def are_numbers(names: Sequence[str]) -> bool:
    """Return whether names are the numbers from 0."""
    return [*names] == [str(at) for at in range(len(names))]


class Input(NamedTuple):
    """An input of the model, of one example."""

    name: str
    shape: Shape
    dtype: str


class Recording(NamedTuple):
    """A model, and one forward pass of it.

    Attributes:
        name: The name of its class, or of the function that makes it.
        inputs: Its inputs, in the order of `forward`.
        modules: By path; the model itself has the path "".
        tensors: All tensors of the forward pass, by number.
        forward: The forward pass.
    """

    name: str
    inputs: tuple[Input, ...]
    modules: dict[str, Module]
    tensors: dict[int, Tensor]
    forward: Pass


_CLASSES: dict[str, Any] = {
    each.__name__: each
    for each in (
        *(Ref, State, Batch, Slice, Dtype, Rest, Structure, Unknown, Place, Tensor),
        *(Step, Pass, Member, Module, Input, Recording, *FORMULAS),
    )
}
_CLASS = "class"


def to_json(value: Any) -> Any:
    """Return a record as what JSON has."""
    if type(value).__name__ in _CLASSES:
        return {
            _CLASS: type(value).__name__,
            "fields": [to_json(each) for each in value],
        }
    if isinstance(value, dict):
        items = [[key, to_json(each)] for key, each in value.items()]
        return {_CLASS: "dict", "fields": items}
    if isinstance(value, tuple):
        return {_CLASS: "tuple", "fields": [to_json(each) for each in value]}
    if isinstance(value, list):
        return [to_json(each) for each in value]
    return value


def from_json(value: Any) -> Any:
    """Return what `to_json` was given."""
    if isinstance(value, list):
        return [from_json(each) for each in value]
    if not isinstance(value, dict):
        return value
    name, fields = value[_CLASS], value["fields"]
    if name == "dict":
        return {key: from_json(each) for key, each in fields}
    found = [from_json(each) for each in fields]
    return tuple(found) if name == "tuple" else _CLASSES[name](*found)
