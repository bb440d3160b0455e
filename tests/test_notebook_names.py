"""A notebook has definitions of several shared modules: no two can share a name.

Rendering a notebook would end in this error.
"""

from __future__ import annotations

from typing import Any

import pytest

from mlpgen import api
from mlpgen.scripts.notebook.inlining import Inliner, TwoDefinitionsError

from .networks import network
from .test_own_inputs import spec_of
from .test_own_text import RATED, with_lengths
from .test_predictions import KINDS

SPECS: dict[str, dict[str, Any]] = {
    name: {
        "name": "Tried",
        "input": kind.input,
        "layers": kind.layers,
        "training": {"loss": "CrossEntropyLoss", "optimizer": "Adam", **kind.training},
    }
    for name, kind in KINDS.items()
}
SPECS |= {
    "texts with lengths": with_lengths(RATED),
    "several arrays": spec_of({"npz": "a.npz"}),
    "several of a module": spec_of({"module": "a.py"}),
}

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


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.thinned(3)
def test_data_of_each_kind_has_names_of_its_own(name: str) -> None:
    (text,) = api.render(network(SPECS[name]), "explicit", notebook=True).values()
    assert "def load(" in text or "load_labeled(" in text
