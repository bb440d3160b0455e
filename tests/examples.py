"""How many examples a test draws: a few in every run, all in the exhaustive one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

if TYPE_CHECKING:
    from collections.abc import Callable


def examples(few: int, all_: int) -> pytest.MarkDecorator:
    """Give a test the number of `examples` to draw."""
    return pytest.mark.parametrize(
        "examples", [few, pytest.param(all_, marks=pytest.mark.exhaustive)]
    )


def drawn(
    *strategies: Any, few: int, all_: int
) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """Give a test what is drawn: the few examples are the first of all."""

    def decorate(test: Callable[..., None]) -> Callable[[int], None]:
        @examples(few, all_)
        def run(examples: int) -> None:
            settings(max_examples=examples)(given(*strategies)(test))()

        run.__doc__ = test.__doc__
        return run

    return decorate
