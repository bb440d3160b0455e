"""How `forward` calls a layer: a function on its inputs, or its module."""

from typing import Any, NamedTuple


class Function(NamedTuple):
    """A layer without parameters or state, as a function call on its inputs.

    Attributes:
        name: `F.relu`, `torch.tanh`; `.flatten` for a method of the (first) tensor;
            `+` for an operator between all inputs and `positional`; `[:, {}]` for an
            index of it, with `positional` in its place.
        positional: Arguments after the inputs.
        keywords: Arguments by name.
        training: Whether the function must be told if the model is training.
        leading: Arguments before the inputs: the equation of `einsum`.
        gathers: Whether the inputs are one list: `torch.cat([a, b], dim=1)`.
        names: Names of the inputs that are passed by keyword; an empty text, or none,
            for those passed by place.
        expands: Whether inputs without a batch must be expanded over the batch of the
            others: `torch.cat([token.expand(x.shape[0], -1, -1), x], dim=1)`.
        counts: Whether the number of examples is the first argument behind the inputs:
            `x.reshape(x.shape[0], 4, -1)`.
    """

    name: str
    positional: tuple[Any, ...] = ()
    keywords: dict[str, Any] = {}  # noqa: RUF012 - a default that nobody changes
    training: bool = False
    leading: tuple[Any, ...] = ()
    gathers: bool = False
    names: tuple[str, ...] = ()
    expands: bool = False
    counts: bool = False

    @property
    def is_method(self) -> bool:
        """Whether it is a method of the tensor."""
        return self.name.startswith(".")

    @property
    def is_index(self) -> bool:
        """Whether it takes a part of the tensor: `x[:, 0]`."""
        return self.name.startswith("[")

    @property
    def is_operator(self) -> bool:
        """Whether it stands between its operands: `a + b`."""
        return not (self.name[0].isalpha() or self.is_method or self.is_index)


class Call(NamedTuple):
    """How `forward` calls the module of a layer.

    Attributes:
        order: Which inputs are passed, by their index: `(0, 0, 0)` for self-attention.
        keywords: Arguments by name: `need_weights=False`.
        states: Code with `{}` in the place of each input behind the others, which are
            passed as one argument, several as a tuple: `("{}.unsqueeze(0)",)`.
        named: Inputs that are passed by name, by their index.
        causal: The argument for a mask of what comes later, and the input it is for.
    """

    order: tuple[int, ...]
    keywords: dict[str, Any] = {}  # noqa: RUF012 - a default that nobody changes
    states: tuple[str, ...] = ()
    named: dict[str, int] = {}  # noqa: RUF012 - a default that nobody changes
    causal: tuple[str, int] | None = None

    @property
    def plain(self) -> bool:
        """Whether it is a call on one input, with nothing else."""
        return self == Call((0,))
