"""The explanation of one code, and the specs in its examples."""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    """What one code means.

    Attributes:
        title: What is wrong, in a few words.
        text: Why it is wrong and how to fix it.
        wrong: A spec with the mistake; empty if the mistake is not in a spec.
        right: The same spec, fixed.
    """

    title: str
    text: str
    wrong: str = ""
    right: str = ""


MLP = ("Flatten", "Linear: 10")
"""The layers of the smallest classifier."""


def spec(*layers: str, image: str = "[1, 28, 28]", rest: str = "") -> str:
    """Return a spec with the given layers."""
    listed = "".join(f"  - {layer}\n" for layer in layers)
    return f"name: Net\ninput: {image}\nlayers:\n{listed}{rest}"


def trained(
    *layers: str,
    loss: str = "CrossEntropyLoss",
    optimizer: str = "{SGD: {lr: 0.1}}",
    rest: str = "",
    image: str = "[1, 28, 28]",
) -> str:
    """Return a spec that is trained on MNIST."""
    training = f"training:\n  data: mnist\n  loss: {loss}\n  optimizer: {optimizer}\n"
    return spec(*layers, rest=training + rest, image=image)


def block(
    *layers: str,
    name: str,
    image: str = "[8]",
    uses: tuple[str, ...] = (),
) -> str:
    """Return a spec with one block, used first and then as `uses` says."""
    listed = ", ".join(f"{{{each}}}" if ":" in each else each for each in layers)
    rest = f"blocks: {{{name}: {{layers: [{listed}]}}}}\n"
    return spec(name, *uses, image=image, rest=rest)
