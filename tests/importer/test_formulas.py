"""Numbers of constants become functions that give the same numbers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from mlpgen.importer.formulas import body_of_formula
from mlpgen.importer.recorder.descriptions import described_by
from mlpgen.importer.recorder.formulas import numbers_of
from mlpgen.importer.recording import Counted, Place, Regions, Triangle


def _regions() -> torch.Tensor:
    rows = torch.tensor([0.0] * 5 + [3.0] * 2 + [6.0])
    return rows[:, None] + rows / 3


CONSTANTS: dict[str, tuple[torch.Tensor, type]] = {
    "positions": (torch.arange(20), Counted),
    "steps": (torch.arange(3, 80, 4), Counted),
    "blocks": (torch.arange(6).repeat_interleave(4), Counted),
    "rounds": (torch.arange(6).repeat(4), Counted),
    "backwards": (torch.arange(20).flip(0), Counted),
    "one_row": (torch.arange(20)[None], Counted),
    "differences": (torch.arange(5)[:, None] - torch.arange(5), Counted),
    "image": (torch.arange(24).reshape(4, 6), Counted),
    "floats": (torch.arange(20.0), Counted),
    "regions": (_regions(), Regions),
    "lower": (torch.ones(1, 1, 6, 6).tril(), Triangle),
    "upper": (torch.ones(5, 5, dtype=torch.bool).triu(1), Triangle),
    "infinite": (torch.full((5, 5), -torch.inf).triu(1), Triangle),
    "halves": (torch.full((4, 9), 0.5), Triangle),
    "zeros": (torch.zeros(5, 5), Regions),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_functions_give_the_numbers(name: str) -> None:
    tensor, kind = CONSTANTS[name]
    formula = numbers_of(tensor, 0)
    assert type(formula) is kind
    assert torch.equal(_computed(formula), tensor)
    assert _computed(formula).dtype == tensor.dtype


def _computed(formula: Any) -> torch.Tensor:
    """Compute what the functions of a formula give, by torch."""
    body = body_of_formula(formula, Place("", 0))
    found: list[Any] = []
    for entry in body.entries:
        given = [found[source.entry] for source in entry.sources]
        arguments = dict(entry.arguments)
        if entry.type == "cat":
            given = [given]
        if entry.type in ("long", "float", "bool"):
            found.append(given[0].to(getattr(torch, entry.type)))
        else:
            other = arguments.pop("other", None)
            given += [] if other is None else [other]
            given += [arguments.pop("size")] if "size" in arguments else []
            if "end" in arguments:
                given += [arguments.pop("start", 0), arguments.pop("end")]
            found.append(getattr(torch, entry.type)(*given, **arguments))
    return found[body.outputs[0].entry]


@pytest.mark.parametrize(
    "tensor",
    [torch.randn(40), torch.tensor([3.0, 1.0, 2.0] * 9)],
)
def test_other_numbers_stay_numbers(tensor: torch.Tensor) -> None:
    assert numbers_of(tensor, 100) == tensor.flatten().tolist()
    assert numbers_of(tensor, 10) is None


def test_few_numbers_are_shorter_than_a_formula() -> None:
    assert numbers_of(torch.arange(5), 100) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Two layers. And more.", "Two layers."),
        ("See :func:`attention`.", ""),
        ("Patch Merging Layer.", ""),
        ("Merges patches\nAdditions include:\n  * a size", "Merges patches"),
        ("Merges patches\nPaper: https://a.b", "Merges patches"),
        ("Merges patches\n\nof an image", "Merges patches"),
        ("Merges the patches\nof an image.", "Merges the patches of an image."),
        ("PatchMerging: as in Swin", "PatchMerging: as in Swin"),
        ("Patches side by side\nAdapted from Swin", "Patches side by side"),
        (
            "Merges the patches of an image as it is done in the paper of\nSwin.",
            "Merges the patches of an image as it is done in the paper of Swin.",
        ),
        ("Merges patches: Scaling up -\n  https://a.b", "Merges patches: Scaling up"),
        ("Merges, `no norm.", "Merges, no norm."),
        ("Args:\n  size: Of a patch.", ""),
        ("https://a.b/paper", ""),
        ("Merges " * 40, ("Merges " * 28).strip()),
        ('The `"Swin" <https://a.b>`_ paper.', 'The "Swin" paper.'),
    ],
)
def test_a_description_says_something(text: str, wanted: str) -> None:
    assert described_by(text, "PatchMerging") == wanted
