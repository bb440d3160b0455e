"""Specs that differ in their training, and what rules find in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen import api

from ..networks import network_of

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Diagnostic

LAYERS = "[Flatten, {Linear: 128}, ReLU, {Linear: 10}]"
BASE = {
    "data": "mnist",
    "loss": "CrossEntropyLoss",
    "optimizer": "{SGD: {lr: 0.1}}",
    "epochs": "10",
}


def text_of(training: str, layers: str = LAYERS, image: str = "[1, 28, 28]") -> str:
    """Return a spec with some keys of the training; the others are usual."""
    given = [each.strip() for each in training.split("\n") if each.strip()]
    named = {each.partition(":")[0] for each in given}
    lines = [*given, *(f"{k}: {v}" for k, v in BASE.items() if k not in named)]
    listed = "".join(f"  {each}\n" for each in lines)
    return f"name: Net\ninput: {image}\nlayers: {layers}\ntraining:\n{listed}"


def found(code: str, text: str) -> list[tuple[str, str, str]]:
    """Return what rules of a code say of a spec: level, message and place."""
    return [
        (each.severity, each.message, _marked(each))
        for each in api.lint(network_of(text))
        if each.code == code
    ]


def places(code: str, text: str) -> list[str]:
    """Return the texts that a rule points at."""
    return [place for _, _, place in found(code, text)]


def _marked(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    assert place is not None
    return place.text[place.span.column - 1 : place.span.end_column - 1]
