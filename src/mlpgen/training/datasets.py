"""The data sets with a name, and where they are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlpgen.training.origin import Origin, Task


@dataclass(frozen=True)
class Archive(Origin):
    """Images and labels in archives of their own, which can be downloaded.

    Attributes:
        title: For people.
        kind: The format: that of MNIST, or that of CIFAR.
        folder: Where torchvision puts it: `<data-dir>/<folder>/raw`.
        shape: Of one image.
        names: Of the classes.
        classes: How many there are.
        margin: Pixels that are empty around what is drawn.
        mirrors: Where the archives can be downloaded.
        archives: MD5 of each file, as torchvision or its page lists them.
        name: Of the data set in its module; empty for the first one there.
    """

    title: str
    kind: str
    folder: str
    shape: tuple[int, ...]
    names: tuple[str, ...]
    classes: int
    margin: int
    mirrors: tuple[str, ...]
    archives: dict[str, str]
    name: str = ""

    example: ClassVar = "drawn.png"
    pictures: ClassVar = True
    scalable: ClassVar = True
    shares: ClassVar = False

    def arguments(self, task: Task) -> dict[str, Any]:
        """Say which of the data sets of the module it is, if not the first."""
        del task
        return {"name": self.name} if self.name else {}


class Mnist(Archive):
    """What has the format of MNIST."""

    loader: ClassVar = "data_mnist"


class Cifar(Archive):
    """What has the format of CIFAR."""

    loader: ClassVar = "data_cifar"


_DIGITS = tuple("0123456789")
_CLOTHES = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_OBJECTS = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
_FINE = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy "
    "bridge bus butterfly camel can castle caterpillar cattle chair chimpanzee "
    "clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant "
    "flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower "
    "leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom "
    "oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate "
    "poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark "
    "shrew skunk skyscraper snail snake spider squirrel streetcar sunflower "
    "sweet_pepper table tank telephone television tiger tractor train trout tulip "
    "turtle wardrobe whale willow_tree wolf woman worm"
)
"""The fine labels of CIFAR-100, in its order, which is that of the alphabet."""
_HIRAGANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


def _archives(*checksums: str) -> dict[str, str]:
    names = (
        "train-images-idx3",
        "train-labels-idx1",
        "t10k-images-idx3",
        "t10k-labels-idx1",
    )
    return {
        f"{name}-ubyte": checksum
        for name, checksum in zip(names, checksums, strict=True)
    }


DATASETS: dict[str, Archive] = {
    "mnist": Mnist(
        "MNIST",
        "idx",
        "MNIST",
        (1, 28, 28),
        _DIGITS,
        10,
        4,
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        _archives(
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    ),
    "fashion_mnist": Mnist(
        "Fashion-MNIST",
        "idx",
        "FashionMNIST",
        (1, 28, 28),
        _CLOTHES,
        10,
        0,
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        _archives(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        name="FashionMNIST",
    ),
    "kmnist": Mnist(
        "KMNIST",
        "idx",
        "KMNIST",
        (1, 28, 28),
        _HIRAGANA,
        10,
        0,
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        _archives(
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
        name="KMNIST",
    ),
    "cifar10": Cifar(
        "CIFAR-10",
        "cifar",
        "cifar-10-batches-bin",
        (3, 32, 32),
        _OBJECTS,
        10,
        0,
        ("https://www.cs.toronto.edu/~kriz/",),
        {"cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530"},
    ),
    "cifar100": Cifar(
        "CIFAR-100",
        "cifar",
        "cifar-100-binary",
        (3, 32, 32),
        tuple(name.replace("_", " ") for name in _FINE.split()),
        100,
        0,
        ("https://www.cs.toronto.edu/~kriz/",),
        {"cifar-100-binary.tar.gz": "03b5dce01913d631647c71ecec9e9cb8"},
        name="CIFAR-100",
    ),
}
