"""Activations whose slope below 0 makes them something else."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows, written

WRONG = """
{LeakyReLU: 1.0} | changes nothing
{leaky_relu: 1} | changes nothing
{RReLU: {lower: 1, upper: 1}} | changes nothing
{LeakyReLU: 2} | steeper
{LeakyReLU: {negative_slope: -0.2}} | folds
{LeakyReLU: "${-slope}"} | folds
{Sequential: [{LeakyReLU: -1}], repeat: 2} | folds
{RReLU: {lower: -0.3, upper: -0.1}} | folds
{RReLU: {lower: 1, upper: 3}} | steeper
"""
RIGHT = """
LeakyReLU
PReLU
RReLU
{LeakyReLU: 0.2}
{leaky_relu: 0.99}
{LeakyReLU: 0}
{LeakyReLU: "${slope}"}
{RReLU: {lower: -0.1, upper: 0.1}}
{RReLU: {lower: 0.5, upper: 1}}
"""


def text(layer: str) -> str:
    """Return a spec with an activation between two layers."""
    return written(f"L8, {layer}, L3", "[8]", "parameters: {slope: 0.2}\n")


@pytest.mark.parametrize("row", rows(WRONG))
def test_slopes_that_are_no_leak(row: str) -> None:
    layer, message = (each.strip() for each in row.split("|"))
    found = [each for each in api.lint(network_of(text(layer))) if not each.hint]
    assert [each.code for each in found] == ["MG524"]
    assert message in found[0].message


@pytest.mark.parametrize("layer", rows(RIGHT))
def test_usual_slopes(layer: str) -> None:
    assert in_spec(text(layer), only=(524, 501)) == []


def test_the_fix_writes_the_default() -> None:
    (found,) = api.lint(network_of(text("{LeakyReLU: -1}")))
    assert found.fix is not None
    assert [each.text for each in found.fix.edits] == ["0.01"]
