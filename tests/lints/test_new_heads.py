"""MG573: parts that were trained before, at a higher rate than new ones."""

from __future__ import annotations

import pytest

from .trained import found, places, text_of

LAYERS = "[Flatten, {Linear: 64, name: body}, ReLU, {Linear: 10, name: head}]"
START = "weights: {path: a.pt, except: [head]}"
BODY = "{Adam: {lr: 0.0001}, groups: [{parameters: [body], lr: 0.01}]}"


@pytest.mark.parametrize(
    ("start", "optimizer", "marked"),
    [
        (START, BODY, ["0.01"]),
        (START, "{SGD: {lr: 0.1}, groups: [{parameters: [head], lr: 0.01}]}", ["0.1"]),
        (START, "{Adam: {lr: 0.0001}, groups: [{parameters: [head], lr: 0.01}]}", []),
        (START, "{Adam: {lr: 0.001}, groups: [{parameters: [body], lr: 0.001}]}", []),
        (START, "{Adam: {lr: 0.001}, groups: [{kind: bias, lr: 0.01}]}", []),
        (START, "{Adam: {lr: 0.001}}", []),
        ("weights: a.pt", BODY, []),
        ("", BODY, []),
        (
            START,
            "{Adam: {lr: 0.001}, groups: [{parameters: [body], SGD: {lr: 0.1}}]}",
            [],
        ),
    ],
)
def test_rates(start: str, optimizer: str, marked: list[str]) -> None:
    text = text_of(f"{start}\noptimizer: {optimizer}", LAYERS)
    assert places("MG573", text) == marked


def test_the_message_names_both() -> None:
    text = text_of(f"{START}\noptimizer: {BODY}", LAYERS)
    ((_, message, _),) = found("MG573", text)
    assert message == (
        "`body.weight`, which was trained before, has a rate of 0.01, but "
        "`head.weight`, which is new, one of 0.0001"
    )
