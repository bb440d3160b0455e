"""Random edits of specs: what is promised is so, and what can be kept is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from mlpgen.graph.state_dict import state_dict
from tests.changes.edit_cases import cases
from tests.examples import examples

from .moving import check, outcome

if TYPE_CHECKING:
    from pathlib import Path

    from .moving import Outcome

UNSEEN = ("rename", "initial values", "cosmetics")
"""Edits that change no output."""


@examples(8, 200)
def test_random_edits(examples: int, tmp_path: Path) -> None:
    moved = 0
    small = examples < 200
    for at, case in enumerate(cases(random.Random(2), 2 * examples, zoo=not small)):
        edit = case.edit
        if moved == examples:
            break
        if not state_dict(edit.old.graph).tensors:
            continue
        (tmp_path / str(at)).mkdir()
        found = outcome(edit.old, edit.new, tmp_path / str(at))
        check(found)
        assert edit.kind not in UNSEEN or found.plan.exact, (case, found.plan.reasons)
        need_kept(found)
        moved += 1
    assert moved == examples


def need_kept(found: Outcome) -> None:
    """Check that a tensor of the same name and shape is kept, or changes its units."""
    old = {key: tuple(each.shape) for key, each in found.old.items()}
    taken = {each.source for each in found.plan.moves if each.status != "dropped"}
    for each in found.plan.moves:
        if each.status == "new" and old.get(each.key) == tuple(each.shape):
            assert each.key in taken, f"{each.key} could be kept"
