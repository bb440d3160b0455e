"""Shell completion of layer names, paths of specs, and names to capture."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def complete_layers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the name of a layer."""
    del ctx, param
    from mlpgen.spec.types import SHARE, every_type

    begin = incomplete.lower()
    names = (*every_type(), SHARE)
    return [name for name in names if name.lower().startswith(begin)]


def complete_specs(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the path of a spec: folders and YAML files."""
    del ctx, param
    folder, begin = os.path.split(incomplete)
    with suppress(OSError):
        entries = sorted(os.scandir(folder or "."), key=lambda each: each.name)
        return [
            os.path.join(folder, each.name) + "/" * each.is_dir()  # noqa: PTH118
            for each in entries
            if each.name.startswith(begin)
            and each.name.isprintable()  # else a terminal would interpret it
            and (each.is_dir() or each.name.endswith((".yaml", ".yml")))
        ]
    return []


def complete_captures(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete names to capture from the specs on the command line."""
    del param
    from mlpgen import api
    from mlpgen.diagnostics.diagnostic import SpecError

    before, comma, begin = incomplete.rpartition(",")
    names: dict[str, None] = {}
    for spec in ctx.args:  # click stops parsing at `--capture` without a value
        with suppress(SpecError):
            names |= dict.fromkeys(api.layer_names(api.load(spec).graph))
    return [before + comma + name for name in names if name.startswith(begin)]
