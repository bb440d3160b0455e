"""A notebook has definitions of several shared modules: no two can share a name.

All kinds of notebooks are rendered by `test_notebook.py`, and would end in this error.
"""

from __future__ import annotations

import pytest

from mlpgen.scripts.notebook.inlining import Inliner, TwoDefinitionsError

MODULES = {
    "shared/errors": "def told():\n    return one()\n\n\ndef one():\n    return 1\n",
    "shared/scores": "def one():\n    return 2\n\n\ndef two():\n    return 2\n",
}


def test_a_name_of_two_modules_is_refused() -> None:
    inliner = Inliner(MODULES.__getitem__, ())
    inliner.take("shared/errors", "told")
    assert inliner.take("shared/scores", "two")
    with pytest.raises(TwoDefinitionsError, match="one is defined by shared/errors"):
        inliner.take("shared/scores", "one")


def test_a_name_is_taken_once() -> None:
    inliner = Inliner(MODULES.__getitem__, ())
    assert len(inliner.take("shared/errors", "told")) == 6
    assert inliner.take("shared/errors", "one") == ()
