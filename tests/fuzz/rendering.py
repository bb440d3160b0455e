"""Accepted specs as code: it can be compiled, and holds a class."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from typing import TYPE_CHECKING

from mlpgen import SpecError, api

from .findings import EndlessError, Finding, crash, patience

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import nn

    from mlpgen.api import Network


def rendered(
    network: Network, style: str, captured: Sequence[str] = ()
) -> type[nn.Module]:
    """Render a network and return its class."""
    file = f"{network.graph.stem}.py"
    code = api.render(network, style, capture=captured)[file]
    module = ModuleType("rendered")
    sys.modules["rendered"] = module
    exec(compile(code, file, "exec"), module.__dict__)
    found: type[nn.Module] = getattr(module, network.graph.name)
    return found


def renders(network: Network, *, notebook: bool) -> Iterator[Finding]:
    """Render all files of a spec, in both styles."""
    for style in api.STYLES:
        try:
            with patience():
                for name, code in api.render(network, style).items():
                    _compiled(code, name)
                if notebook:
                    api.render(network, style, notebook=True)
        except SyntaxError as error:
            yield _syntax(error, style)
        except SpecError as error:
            yield crash("render refuses what validate accepts", error)
        except (Exception, EndlessError) as error:
            yield crash("render raises", error)


def _compiled(code: str, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(code, name, "exec")
    longest = max(code.splitlines(), key=len)
    if len(longest) > 88 and not longest.lstrip().startswith(("#", '"')):
        raise ValueError(f"a line is {len(longest)} long: {longest.strip()}")


def _syntax(error: SyntaxError, style: str) -> Finding:
    detail = f"{error.msg} in {style}: {(error.text or '').strip()}"
    return Finding("generated code is no Python", detail, f"syntax {error.msg[:40]}")
