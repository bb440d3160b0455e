"""How `forward` calls a layer: as a function, or as a module."""

from typing import Any, NamedTuple


class NewTensor(NamedTuple):
    """What a call that makes a tensor says about its dtype and device.

    Attributes:
        dtype: The dtype of the tensor.
        usual: The dtype that torch chooses without being asked.
        follows: Whether it is that of an input, which may be half precision.
    """

    dtype: str
    usual: str
    follows: bool = False


class Function(NamedTuple):
    """A call of a function in place of a module without parameters or state.

    Attributes:
        name: `F.relu`, `torch.tanh`; `.flatten` for a method of the (first) tensor;
            `+` for an operator between all inputs and `positional`; `[:, {}]` for an
            index of the tensor, filled with `positional`.
        positional: Positional arguments after the inputs.
        keywords: Keyword arguments.
        training: Whether to pass `training=self.training`.
        leading: Positional arguments before the inputs: the equation of `einsum`.
        gathers: Whether the inputs are passed as one list: `torch.cat([a, b], dim=1)`.
        names: Keywords of the inputs; an empty string, or nothing, for those that are
            passed by position.
        expands: Whether to expand inputs without a batch over the batch of the others:
            `torch.cat([token.expand(x.shape[0], -1, -1), x], dim=1)`.
        after: How many inputs precede `positional`, if not all: 1 for
            `x.index_add(1, index, source)`.
        counts: Whether the batch size is the first argument after the inputs:
            `x.reshape(x.shape[0], 4, -1)`.
        follows_batch: Whether the last input only says the batch size, which is the
            first argument: `queries.expand(x.shape[0], -1, -1)`.
        only_training: Keywords that are 0.0 in evaluation:
            `dropout_p=0.1 if self.training else 0.0`.
        once: Whether it is called in `__init__`, not in `forward`.
        new: The tensor that it makes from nothing: `torch.arange(8, device=x.device)`.
    """

    name: str
    positional: tuple[Any, ...] = ()
    keywords: dict[str, Any] = {}  # noqa: RUF012 - never mutated
    training: bool = False
    leading: tuple[Any, ...] = ()
    gathers: bool = False
    names: tuple[str, ...] = ()
    expands: bool = False
    after: int = 0
    counts: bool = False
    follows_batch: bool = False
    only_training: tuple[str, ...] = ()
    once: bool = False
    new: NewTensor | None = None

    @property
    def is_method(self) -> bool:
        """Whether it is a method of the tensor."""
        return self.name.startswith(".")

    @property
    def is_index(self) -> bool:
        """Whether it indexes the tensor: `x[:, 0]`."""
        return self.name.startswith("[")

    @property
    def is_operator(self) -> bool:
        """Whether it is an operator between its operands: `a + b`."""
        return not (self.name[0].isalpha() or self.is_method or self.is_index)


class Call(NamedTuple):
    """How `forward` calls the module of a layer.

    Attributes:
        order: Indices of the inputs that are passed: `(0, 0, 0)` for self-attention.
        keywords: Keyword arguments: `need_weights=False`.
        states: Indices of the inputs that are passed as one argument, several as a
            tuple.
        named: Inputs that are passed by keyword, with their index.
        forms: Code for inputs that are passed in another form, by their index; `{}`
            stands for the input: `{1: "{}.unsqueeze(0)"}`.
        causal: The arguments for causal masks, and the index of the input each is for.
        packs: The index of the lengths of the sequences, which are then packed.
    """

    order: tuple[int, ...]
    keywords: dict[str, Any] = {}  # noqa: RUF012 - never mutated
    states: tuple[int, ...] = ()
    named: dict[str, int] = {}  # noqa: RUF012 - never mutated
    forms: dict[int, str] = {}  # noqa: RUF012 - never mutated
    causal: tuple[tuple[str, int], ...] = ()
    packs: int | None = None

    @property
    def plain(self) -> bool:
        """Whether it passes one input and nothing else."""
        return self == Call((0,))
