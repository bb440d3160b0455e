"""Datasets with a name: MNIST, CIFAR and others; their modules know the addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlpgen.training.data.base import DataSource, Fit, Task


@dataclass(frozen=True)
class NamedDataset(DataSource):
    """A dataset of images and labels that can be downloaded.

    Attributes:
        title: The name for people.
        shape: Shape of one image.
        classes: Number of classes.
        examples: Number of images to train on.
        name: The name in its module; empty for the first one there.
    """

    title: str
    shape: tuple[int, ...]
    classes: int
    examples: int
    name: str = ""

    example: ClassVar = "drawn.png"
    pictures: ClassVar = True
    scalable: ClassVar = True

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the name, if it is not the first one, what is learned, and the fit."""
        found: dict[str, Any] = {"name": self.name} if self.name else {}
        found["compared"] = task.goal.classes > 0
        if task.shape != self.shape:
            found |= {"into": task.shape, "fit": task.fit}
        return found

    def misfit(self, shape: tuple[int, ...], fit: Fit | None = None) -> tuple[str, str]:
        """Say why its images cannot become those of a shape, and a fix."""
        if shape == self.shape:
            return "", ""
        said = f"`input` is {[*shape]}, but the images of {self.title} are "
        said += f"{[*self.shape]}"
        own = f"write `input: {[*self.shape]}`"
        if len(shape) != len(self.shape) or shape[0] not in (1, 3):
            return said, own
        if fit is None:
            return said, f"{own}, or `fit: resize` in `training`"
        sides = [*zip(shape[1:], self.shape[1:], strict=True)]
        if fit == "crop" and any(side > own_side for side, own_side in sides):
            return f"{said}, which `crop` does not make larger", "write `fit: resize`"
        if fit == "pad" and any(side < own_side for side, own_side in sides):
            return f"{said}, which `pad` does not make smaller", "write `fit: resize`"
        return "", ""


class Mnist(NamedDataset):
    """A dataset in the format of MNIST."""

    loader: ClassVar = "data_mnist"


class Cifar(NamedDataset):
    """A dataset in the format of CIFAR."""

    loader: ClassVar = "data_cifar"


DATASETS: dict[str, NamedDataset] = {
    "mnist": Mnist("MNIST", (1, 28, 28), 10, 60_000),
    "fashion_mnist": Mnist("Fashion-MNIST", (1, 28, 28), 10, 60_000, "FashionMNIST"),
    "kmnist": Mnist("KMNIST", (1, 28, 28), 10, 60_000, "KMNIST"),
    "cifar10": Cifar("CIFAR-10", (3, 32, 32), 10, 50_000),
    "cifar100": Cifar("CIFAR-100", (3, 32, 32), 100, 50_000, "CIFAR-100"),
}
