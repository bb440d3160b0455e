"""Where a fault is: a value of a spec, or its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.lints.rule import Finding

if TYPE_CHECKING:
    from mlpgen.source import Path


class Spot(NamedTuple):
    """A value of a spec, or its key.

    Attributes:
        path: The path.
        key: Whether the key is meant.
        owner: The class whose file it is in; empty for the model.
    """

    path: Path
    key: bool = False
    owner: str = ""

    def finding(
        self, message: str, help: str = "", notes: tuple[str, ...] = ()
    ) -> Finding:
        """Return a fault that is here, as `Finding` describes it."""
        return Finding(message, self.path, self.owner, self.key, notes, help)
