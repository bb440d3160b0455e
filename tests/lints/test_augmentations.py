"""MG554, MG559: augmentations that change what an image shows."""

from __future__ import annotations

import pytest

from .trained import found, places, text_of

OWN = "[{Conv2d: {out_channels: 4, kernel_size: 3}}, Flatten, {Linear: 5}]"


@pytest.mark.parametrize(
    ("data", "augment", "marked"),
    [
        ("mnist", "flip", ["flip"]),
        ("mnist", "{flip: 0.3}", ["0.3"]),
        ("mnist", "{flip: {p: 0.3}}", ["flip"]),
        ("mnist", "{flip: }", ["flip"]),
        ("kmnist", "flip", ["flip"]),
        ("mnist", "{rotate: 180}", ["180"]),
        ("mnist", "{affine: {degrees: 120}}", ["120"]),
        ("mnist", "{flip: 0}", []),
        ("mnist", "{rotate: 15}", []),
        ("mnist", "{affine: {degrees: 10, translate: 0.1}}", []),
        ("mnist", "{crop: 2}", []),
        ("fashion_mnist", "flip", []),
        ("fashion_mnist", "{rotate: 180}", []),
    ],
)
def test_other_signs(data: str, augment: str, marked: list[str]) -> None:
    text = text_of(f"data: {data}\naugment: [{augment}]")
    assert places("MG554", text) == marked


@pytest.mark.parametrize(
    ("augment", "marked"),
    [
        ("{cutout: 32}", ["32"]),
        ("{cutout: {size: 40}}", ["40"]),
        ("{crop: 16}", ["16"]),
        ("{affine: {translate: 0.5}}", ["0.5"]),
        ("{flip: 1.0}", ["1.0"]),
        ("{cutout: 16}", []),
        ("{crop: 4}", []),
        ("{affine: {translate: 0.2}}", []),
        ("flip", []),
        ("{mixup: 1.0}", []),
    ],
)
def test_little_is_left(augment: str, marked: list[str]) -> None:
    layers, image = "[Flatten, {Linear: 10}]", "[3, 32, 32]"
    text = text_of(f"data: cifar10\naugment: [{augment}]", layers, image)
    assert places("MG559", text) == marked


def test_own_images_are_not_looked_at() -> None:
    text = text_of("data: {images: digits}\naugment: [flip]", OWN)
    assert places("MG554", text) == []


def test_the_message_says_what_it_makes() -> None:
    assert found("MG554", text_of("augment: [{crop: 2}, flip]")) == [
        ("warning", "`flip` makes another sign of a digit", "flip")
    ]
