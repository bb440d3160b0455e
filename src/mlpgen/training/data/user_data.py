"""The base class of the user's data: `data: {images: photos}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, Field

from mlpgen.catalogue.component import STRICT, Expects
from mlpgen.training.data.base import DataSource, Meaning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.training.data.base import Conflict

Share = Annotated[
    float,
    Field(
        gt=0,
        lt=1,
        description="The fraction of the examples that is kept for the test, if the "
        "data has no test set.",
    ),
    Expects("a number above 0 and below 1"),
]


Separator = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1,
        description="What stands between the values of a row. Default: what the first "
        "line says.",
    ),
    Expects(r"one character: `;`, or `\t` in double quotes"),
]


def is_encoding(name: str) -> bool:
    """Tell whether Python has an encoding of text with a name."""
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _known_encoding(name: str) -> str:
    """Refuse an encoding that Python does not know."""
    if not is_encoding(name):
        raise ValueError(name)
    return name


Encoding = Annotated[
    str,
    Field(
        min_length=1,
        description="The encoding, such as `cp1252`. Default: what the file begins "
        "with says, else UTF-8.",
    ),
    AfterValidator(_known_encoding),
    Expects("the name of an encoding that Python has: `utf-8`, `cp1252`, `utf-16`"),
]


class UserData(DataSource, BaseModel):
    """Base of the user's data; relative paths begin in `--data-dir`."""

    model_config = STRICT

    @classmethod
    def kind(cls) -> str:
        """Return the key that names the kind of data and its path."""
        return cls.__name__.lower()

    @property
    def path(self) -> str:
        """The path."""
        found: str = getattr(self, self.kind())
        return found

    def for_output(self, output: Sequence[int]) -> UserData:
        """Return the data as a model with an output of this shape learns from it."""
        del output
        return self

    def too_small(self, known: int, classes: int) -> Conflict | None:
        """Return a key that the model is too small for.

        Args:
            known: How many different integers it takes; 0 if that is not known.
            classes: The size of the last dimension of its output.
        """
        del known, classes
        return None


class AnyTargets(UserData):
    """Base of data whose targets can be anything that a loss takes."""

    numbers: ClassVar = True
    shaped: ClassVar = True

    targets: Annotated[
        Meaning | None,
        Field(
            description="What the targets are; by default, what the loss takes. "
            "`input`: the model restores its input."
        ),
        Expects("`classes`, `probabilities`, `numbers` or `input`"),
    ] = None

    @property
    def meaning(self) -> Meaning | None:
        """What its targets are, if the spec says it."""
        return self.targets
