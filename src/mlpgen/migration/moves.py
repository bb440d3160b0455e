"""What becomes of the tensors of a checkpoint, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.migration.units import Units


class Axis(NamedTuple):
    """A dimension of a new tensor.

    Attributes:
        units: Which old units its units were.
        summed: Whether a layer sums over it: then repeated units share the weight, and
            new ones get none.
    """

    units: Units
    summed: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing changes."""
        return self.units.same

    def row(self) -> dict[str, Any] | None:
        """Return it as plain data; None if nothing changes."""
        if self.same:
            return None
        shares = self.units.shares if self.summed else None
        return {"index": [*self.units.were], "shares": shares}


class Move(NamedTuple):
    """What becomes of one tensor.

    Attributes:
        key: Its key in the new state_dict; in the old one if it is dropped.
        status: `kept`, `renamed`, `moved`, `widened`, `narrowed`, `new` or `dropped`.
        why: The reason, in a person's words.
        source: The key in the old state_dict; empty for a new tensor.
        axes: Its dimensions; empty for a new tensor.
        fill: How a new tensor starts: `init`, as the spec says; `zeros`; `identity`;
            `rescaled`, of a normalization that changes nothing in eval mode.
        shape: Its shape in the new network; in the old one if it is dropped.
    """

    key: str
    status: str
    why: str
    source: str = ""
    axes: tuple[Axis, ...] = ()
    fill: str = ""
    shape: Sequence[int] = ()

    def row(self) -> dict[str, Any]:
        """Return it as plain data, for people and programs."""
        return {
            "key": self.key,
            "status": self.status,
            "from": self.source or None,
            "shape": [*self.shape],
            "why": self.why,
        }

    def task(self) -> dict[str, Any]:
        """Return what moving it needs, as plain data."""
        axes = [each.row() for each in self.axes]
        return {
            "key": self.key,
            "source": self.source,
            "axes": axes if any(axes) else [],
            "fill": self.fill,
        }


class Compared(NamedTuple):
    """An output of the new network that an old one is compared with.

    Attributes:
        new: Its number.
        old: The number of the old output.
        axes: Its dimensions after the batch.
    """

    new: int
    old: int
    axes: tuple[Axis, ...]
