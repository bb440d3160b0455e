"""Loads specs given as plain data, renders them, and makes their modules."""

from __future__ import annotations

import json
import sys
import warnings
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mlpgen import api, source
from mlpgen.graph.build import build
from mlpgen.lints.codes import codes

if TYPE_CHECKING:
    from torch import nn

    from mlpgen.api import Network
    from mlpgen.proof.checks.subject import Subject


def network(data: dict[str, Any]) -> Network:
    """Load a spec that is given as plain data."""
    return network_of(json.dumps(data, ensure_ascii=False))


def network_of(text: str, /, **settings: Any) -> Network:
    """Load a spec that is given as text, perhaps with other values of parameters."""
    document = source.parse(text.encode(), "spec.yaml")
    built = build(document, settings, codes=codes)
    return api.Network(
        built.graph,
        built.warnings,
        built.documents[""],
        settings,
        built.unchained,
        built.documents,
        built.effects,
        built.ignored,
        built.silenced,
    )


def module(text: str) -> ModuleType:
    """Run a rendered text."""
    found = ModuleType("rendered")
    sys.modules["rendered"] = found
    exec(compile(text, "rendered.py", "exec"), found.__dict__)
    return found


def model(loaded: Network, style: str, **options: Any) -> nn.Module:
    """Render a network and make it, always with the same initial values."""
    import torch

    text = api.render(loaded, style, **options)[f"{loaded.graph.stem}.py"]
    torch.default_generator.manual_seed(1)
    made: nn.Module = getattr(module(text), loaded.graph.name)()
    return made


PROVED = (
    *("state", "parameters", "multiply-adds", "layers", "outputs", "eval mode"),
    *("train mode", "spec", "sizes"),
)


def subject_of(loaded: Network) -> Subject:
    """Make what these checks of `prove` take, without files."""
    from mlpgen.proof.checks.subject import Subject
    from mlpgen.proof.claims import claims
    from mlpgen.proof.other_sizes import other_sizes, with_small_sizes
    from mlpgen.proof.spec_entries import spec_entries

    tried = with_small_sizes(loaded)
    name, file = loaded.graph.name, f"{loaded.graph.stem}.py"
    classes = {
        style: getattr(module(api.render(loaded, style)[file]), name)
        for style in api.STYLES
    }
    sizes = [each._asdict() for each in other_sizes(loaded, tried, ())]
    plain: Any = [claims(tried.graph), spec_entries(loaded), sizes]
    said, entries, others = json.loads(json.dumps(plain))
    return Subject(said, classes, {}, entries, sizes=others)


def check_proved(loaded: Network) -> None:
    """Run the checks of `prove` that need no files; they raise what does not hold."""
    import torch

    from mlpgen.proof.checks.errors import UnsupportedError
    from mlpgen.proof.checks.main import _checks

    tried, checks = subject_of(loaded), _checks()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in PROVED:
            with suppress(UnsupportedError):
                checks[each](tried)
