"""Help that knows the change it asks for, so that the change can be made for the user.

A change says what becomes of a value; only the source knows how that is written.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Path = tuple[str | int, ...]


class Respelled(NamedTuple):
    """A word of a key or a value is another one.

    Attributes:
        old: The word.
        new: What it should be.
    """

    old: str
    new: str

    @property
    def title(self) -> str:
        """What is done."""
        return f"replace `{self.old}` by `{self.new}`"


class Spaced(NamedTuple):
    """A space is missing, so that a text became a value that should be more.

    Attributes:
        old: The text.
        new: The same text with the space.
    """

    old: str
    new: str


class Replaced(NamedTuple):
    """A value is another one.

    Attributes:
        value: The new value, as plain data.
    """

    value: Any


class Removed(NamedTuple):
    """An entry of a list or a key goes, with its value.

    Attributes:
        what: What it is called; empty for its key or its type.
    """

    what: str = ""


class Inserted(NamedTuple):
    """A new entry stands beside one of a list.

    Attributes:
        value: The entry, as plain data.
        before: Whether it stands before it, and not after it.
    """

    value: Any
    before: bool = False


class Argument(NamedTuple):
    """An argument of a type is given, or given another value.

    Attributes:
        name: The argument.
        value: Its value, as plain data.
        shorthand: The argument that a single value stands for, as in `Linear: 10`.
    """

    name: str
    value: Any
    shorthand: str | None = None


class Unset(NamedTuple):
    """An argument of a type is left out.

    Attributes:
        name: The argument; it may be the single value, as in `Linear: 10`.
    """

    name: str


class Lowered(NamedTuple):
    """A key beside a type moves to the arguments of the type.

    Attributes:
        type: The type.
        shorthand: The argument that a single value stands for.
    """

    type: str
    shorthand: str | None = None


class Added(NamedTuple):
    """A key is added to a mapping.

    Attributes:
        name: The key.
        value: Its value, as plain data.
    """

    name: str
    value: Any


class Raised(NamedTuple):
    """A key moves out of the mapping that it is in, to the keys around it."""


Change = (
    Respelled
    | Spaced
    | Replaced
    | Removed
    | Inserted
    | Argument
    | Unset
    | Added
    | Raised
    | Lowered
)


class Advice(str):
    """Help, with the change that it asks for.

    It is a string, so it goes wherever help goes; what joins it with other text
    loses the change, as it should.

    Attributes:
        change: What becomes of the value that the mistake is about.
        path: The path of another value that is changed; None for that of the mistake.
    """

    __slots__ = ("change", "path")
    change: Change | None
    path: Path | None

    def __new__(
        cls, text: str, change: Change | None = None, path: Path | None = None
    ) -> Advice:
        """Make help with a change."""
        made = super().__new__(cls, text)
        made.change = change
        made.path = path
        return made
