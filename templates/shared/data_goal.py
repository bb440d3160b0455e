"""What a model learns: classes or numbers, or to restore what it takes."""

from typing import Any, NamedTuple

from torch import Tensor

from data_common import Data, DataError


class Goal(NamedTuple):
    """What the loss compares the output of a model with.

    Without classes or numbers it compares with no targets.

    Attributes:
        classes: How many classes the model tells apart, if the targets are classes.
        places: The shape of the classes of one example: () for one class, (H, W) for
            one of each pixel.
        numbers: The shape of the numbers of one example, if the targets are numbers.
        unit: Whether what is compared is from 0 to 1; where targets are read as words,
            two of them are 0 and 1 in the order of the alphabet.
        standardize: Whether the loss sees numbers with mean 0 and deviation 1.
        soft: Whether the targets are probabilities of the classes.
        ignored: What stands for a class that is not known.
        one_hot: Whether labels become a 1 in the place of their class.
        restored: Whether the model gives what it takes, although targets are asked for.
    """

    classes: int = 0
    places: tuple[int, ...] = ()
    numbers: tuple[int, ...] | None = None
    unit: bool = False
    standardize: bool = False
    soft: bool = False
    ignored: int = -100
    one_hot: bool = False
    restored: bool = False

    @property
    def compared(self) -> bool:
        """Whether anything is compared with the targets."""
        return not self.restored and (self.numbers is not None or self.classes > 0)

    def about(self) -> dict[str, Any]:
        """Tell what classes without names are called, as plain values."""
        names = [str(label) for label in range(self.classes)]
        return {"classes": names} if names else {}

    def mark(self, data: Data) -> None:
        """Let data know what its targets are: probabilities, or in part not known."""
        data.soft = self.soft
        if self.classes and not self.soft and (data.targets == self.ignored).any():
            data.ignored = self.ignored

    def restore(self, *parts: Data) -> None:
        """Compare with the features, if the model restores them.

        Raises:
            DataError: They are no numbers from 0 to 1, and the loss takes such alone.
        """
        if not self.compared:
            for part in parts:
                check_unit("features", part.features, self.unit)
                part.targets = part.features


NO_GOAL = Goal()
"""Targets that no loss looks at."""


def check_unit(name: str, values: Tensor, unit: bool) -> None:
    """Refuse what a loss of probabilities does not take.

    Raises:
        DataError: It is no number from 0 to 1.
    """
    if not unit or ((values >= 0) & (values <= 1)).all():
        return
    least, most = float(values.min()), float(values.max())
    said = f"the loss takes numbers from 0 to 1 alone, these go from {least:.4g} to "
    variable = "x" if name == "features" else "y"
    mends = {
        (1.0, 2.0): "{} - 1",
        (-1.0, 1.0): "({} + 1) / 2",
        (0.0, 255.0): "{} / 255",
    }
    mend = mends.get((least, most), "")
    mended = f": `{variable} = {mend.format(variable)}`" if mend else ""
    raise DataError(f"{name}: {said}{most:.4g}{mended}")
