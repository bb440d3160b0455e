"""Datasets with a name: MNIST, CIFAR and others; their modules know the addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlpgen.training.data.base import DataSource, Task


@dataclass(frozen=True)
class NamedDataset(DataSource):
    """A dataset of images and labels that can be downloaded.

    Attributes:
        title: The name for people.
        shape: Shape of one image.
        classes: Number of classes.
        name: The name in its module; empty for the first one there.
    """

    title: str
    shape: tuple[int, ...]
    classes: int
    name: str = ""

    example: ClassVar = "drawn.png"
    pictures: ClassVar = True
    scalable: ClassVar = True
    shares: ClassVar = False

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the name in the module, if it is not the first one."""
        del task
        return {"name": self.name} if self.name else {}


class Mnist(NamedDataset):
    """A dataset in the format of MNIST."""

    loader: ClassVar = "data_mnist"


class Cifar(NamedDataset):
    """A dataset in the format of CIFAR."""

    loader: ClassVar = "data_cifar"


DATASETS: dict[str, NamedDataset] = {
    "mnist": Mnist("MNIST", (1, 28, 28), 10),
    "fashion_mnist": Mnist("Fashion-MNIST", (1, 28, 28), 10, "FashionMNIST"),
    "kmnist": Mnist("KMNIST", (1, 28, 28), 10, "KMNIST"),
    "cifar10": Cifar("CIFAR-10", (3, 32, 32), 10),
    "cifar100": Cifar("CIFAR-100", (3, 32, 32), 100, "CIFAR-100"),
}
