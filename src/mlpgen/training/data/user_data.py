"""The base class of the user's data: `data: {images: photos}`."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from mlpgen.catalogue.component import STRICT, Expects
from mlpgen.training.data.base import DataSource, Meaning

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
