"""The base class of what a spec can name, and types for its arguments."""

from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, Strict

from mlpgen.symbols.sizes import is_symbolic


class Expects:
    """Says in a diagnostic what an argument takes: "a whole number of at least 1"."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Follows:
    """Marks an argument that torch requires and mlpgen infers from the input."""

    __slots__ = ()


class Structural:
    """Marks an argument that decides the number of dimensions, or which code there is.

    It cannot be a parameter of the generated class.
    """

    __slots__ = ()


class Infinite:
    """Marks an argument that may be infinite; all others must be finite."""

    __slots__ = ()


Positive = Annotated[int, Field(ge=1), Expects("a whole number of at least 1")]
NonNegative = Annotated[int, Field(ge=0), Expects("a whole number of at least 0")]
Probability = Annotated[float, Field(ge=0, le=1), Expects("a number from 0 to 1")]
PositiveReal = Annotated[float, Field(gt=0), Expects("a number above 0")]
NonNegativeReal = Annotated[float, Field(ge=0), Expects("a number of at least 0")]

_AsTuple = Strict(strict=False)
Pair = Annotated[tuple[Positive, Positive], _AsTuple]
Triple = Annotated[tuple[Positive, Positive, Positive], _AsTuple]
Pair0 = Annotated[tuple[NonNegative, NonNegative], _AsTuple]
Triple0 = Annotated[tuple[NonNegative, NonNegative, NonNegative], _AsTuple]

Size1 = Annotated[
    Positive | Annotated[tuple[Positive], _AsTuple],
    Expects("a whole number of at least 1"),
]
Size2 = Annotated[
    Positive | Pair, Expects("a whole number of at least 1, or a list of two")
]
Size3 = Annotated[
    Positive | Triple, Expects("a whole number of at least 1, or a list of three")
]
Padding1 = Annotated[
    NonNegative | Annotated[tuple[NonNegative], _AsTuple],
    Expects("a whole number of at least 0"),
]
Padding2 = Annotated[
    NonNegative | Pair0, Expects("a whole number of at least 0, or a list of two")
]
Padding3 = Annotated[
    NonNegative | Triple0, Expects("a whole number of at least 0, or a list of three")
]
Inferred = Annotated[
    int | None,
    Field(ge=1),
    Follows(),
    Expects("a whole number of at least 1, or left out: it is inferred from the input"),
]


STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
"""The configuration of all pydantic models: no unknown keys, no conversion, frozen."""


class Component(BaseModel):
    """A torch class or function, with the arguments that a spec may set.

    Names, defaults and order of the fields are torch's. `device`, `dtype` and arguments
    that only change what is returned are left out.
    """

    model_config = STRICT

    page: ClassVar[str] = ""
    """Address of the documentation, if it is not the usual one."""

    @classmethod
    def shorthand(cls) -> str | None:
        """Return the argument that a single value sets: `Linear: 10`, `Dropout: 0.5`.

        It is the first required argument, or the first of all.
        """
        fields = cls.model_fields
        required = (name for name, info in fields.items() if info.is_required())
        return next(required, next(iter(fields), None))

    @classmethod
    def follows(cls, argument: str) -> bool:
        """Return whether an argument may be left out because it is inferred."""
        return cls._marked(argument, Follows)

    @classmethod
    def structural(cls, argument: str) -> bool:
        """Return whether an argument is structural, so it cannot be a parameter."""
        return cls._marked(argument, Structural)

    @classmethod
    def infinite(cls, argument: str) -> bool:
        """Return whether an argument may be an infinite number."""
        marked = cls.model_fields[argument]
        kinds = (marked.annotation, *getattr(marked.annotation, "__args__", ()))
        inner = [x for each in kinds for x in getattr(each, "__metadata__", ())]
        return any(isinstance(x, Infinite) for x in (*marked.metadata, *inner))

    @classmethod
    def required(cls, argument: str) -> bool:
        """Return whether torch has no default for an argument."""
        return argument in cls.all_required()

    @classmethod
    @cache
    def all_required(cls) -> frozenset[str]:
        """Return the arguments that torch has no default for."""
        return frozenset(
            name
            for name, info in cls.model_fields.items()
            if cls.follows(name) or info.is_required()
        )

    @classmethod
    def _marked(cls, argument: str, marker: type) -> bool:
        return any(
            isinstance(each, marker) for each in cls.model_fields[argument].metadata
        )

    def arguments(self) -> dict[str, Any]:
        """Return the arguments to write: required, or not equal to the default."""
        fields = type(self).model_fields
        values = {name: getattr(self, name) for name in fields}
        return {
            name: value
            for name, value in values.items()
            if self.required(name)
            or value != fields[name].default
            or is_symbolic(value)
        }
