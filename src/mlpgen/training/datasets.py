"""The data sets that training scripts can read, and where they are found."""

from __future__ import annotations

from typing import NamedTuple


class Dataset(NamedTuple):
    """Images and labels in the format of MNIST.

    Attributes:
        title: For people.
        folder: Where torchvision puts it: `<data-dir>/<folder>/raw`.
        shape: Of one image.
        names: Of the classes.
        margin: Pixels that are empty around what is drawn.
        mirrors: Where the archives can be downloaded.
        archives: MD5 of each `.gz` file, as torchvision lists them.
    """

    title: str
    folder: str
    shape: tuple[int, ...]
    names: tuple[str, ...]
    margin: int
    mirrors: tuple[str, ...]
    archives: dict[str, str]

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.names)


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


DATASETS = {
    "mnist": Dataset(
        "MNIST",
        "MNIST",
        (1, 28, 28),
        _DIGITS,
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
    "fashion_mnist": Dataset(
        "Fashion-MNIST",
        "FashionMNIST",
        (1, 28, 28),
        _CLOTHES,
        0,
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        _archives(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    ),
    "kmnist": Dataset(
        "KMNIST",
        "KMNIST",
        (1, 28, 28),
        _HIRAGANA,
        0,
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        _archives(
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
    ),
}
