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
    """Make what the checks of `prove` take, without files."""
    from mlpgen.proof.checks.subject import Subject
    from mlpgen.proof.job import job

    made = job("spec.yaml", loaded)
    name = loaded.graph.name
    classes = {style: getattr(module(text), name) for style, text in made.texts.items()}
    plain = json.loads(json.dumps(made.entries))
    sizes = json.loads(json.dumps([each._asdict() for each in made.sizes]))
    claims = json.loads(json.dumps(made.claims))
    return Subject(claims, classes, {}, plain, sizes=sizes)


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
