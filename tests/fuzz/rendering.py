"""Accepted specs as code: it compiles, and contains a class."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import SpecError, api

from .findings import EndlessError, Finding, crash, patience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from mlpgen.api import Network


def rendered(
    network: Network, style: str, captured: Sequence[str] = ()
) -> type[nn.Module]:
    """Render a network and return its class."""
    file = f"{network.graph.stem}.py"
    return class_of(network, api.render(network, style, capture=captured)[file])


def class_of(network: Network, code: str) -> type[nn.Module]:
    """Run the code of a model and return its class."""
    module = ModuleType("rendered")
    sys.modules["rendered"] = module
    exec(compile(code, "rendered.py", "exec"), module.__dict__)
    found: type[nn.Module] = getattr(module, network.graph.name)
    return found


class Texts(NamedTuple):
    """Rendered files.

    Attributes:
        models: The code of the model in each style.
        findings: What is wrong with it.
    """

    models: dict[str, str]
    findings: tuple[Finding, ...]


def texts(network: Network, *, notebook: bool) -> Texts:
    """Render all files of a spec, in both styles."""
    models = {}
    try:
        with patience():
            for style in api.STYLES:
                for name, code in api.render(network, style).items():
                    _compiled(code, name)
                    if name == f"{network.graph.stem}.py":
                        models[style] = code
                if notebook:
                    api.render(network, style, notebook=True)
    except SyntaxError as error:
        detail = f"{error.msg}: {(error.text or '').strip()}"
        kind = "generated code is no Python"
        return Texts({}, (Finding(kind, detail, f"syntax {error.msg[:40]}"),))
    except SpecError as error:
        return Texts({}, (crash("render refuses what validate accepts", error),))
    except (Exception, EndlessError) as error:
        return Texts({}, (crash("render raises", error),))
    return Texts(models, ())


def _compiled(code: str, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(code, name, "exec")
    longest = max(code.splitlines(), key=len)
    if len(longest) > 88 and not longest.lstrip().startswith(("#", '"')):
        raise ValueError(f"a line is {len(longest)} long: {longest.strip()}")
