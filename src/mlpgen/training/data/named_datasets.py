"""The data sets with a name; the modules that load them know where they are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlpgen.training.data.base import DataSource, Task


@dataclass(frozen=True)
class NamedDataset(DataSource):
    """Images and labels in archives of their own, which can be downloaded.

    Attributes:
        title: For people.
        shape: Of one image.
        classes: How many there are.
        name: Of the data set in its module; empty for the first one there.
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
        """Say which of the data sets of the module it is, if not the first."""
        del task
        return {"name": self.name} if self.name else {}


class Mnist(NamedDataset):
    """What has the format of MNIST."""

    loader: ClassVar = "data_mnist"


class Cifar(NamedDataset):
    """What has the format of CIFAR."""

    loader: ClassVar = "data_cifar"


DATASETS: dict[str, NamedDataset] = {
    "mnist": Mnist("MNIST", (1, 28, 28), 10),
    "fashion_mnist": Mnist("Fashion-MNIST", (1, 28, 28), 10, "FashionMNIST"),
    "kmnist": Mnist("KMNIST", (1, 28, 28), 10, "KMNIST"),
    "cifar10": Cifar("CIFAR-10", (3, 32, 32), 10),
    "cifar100": Cifar("CIFAR-100", (3, 32, 32), 100, "CIFAR-100"),
}
