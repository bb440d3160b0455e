"""Validates a spec: mistakes, or a network; anything else is a finding."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema_rs import Draft202012Validator

from mlpgen import SpecError, api, schema, source
from mlpgen.diagnostics import renderers
from mlpgen.graph.build import build

from .findings import EndlessError, Finding, crash, patience
from .plain_specs import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.api import Network

    from .plain_specs import Data

LONGEST = 5.0
"""CPU seconds that a spec may take to validate."""


class Verdict(NamedTuple):
    """The outcome of a spec: a network, or mistakes, or a finding."""

    network: Network | None
    codes: tuple[str, ...]
    finding: Finding | None


def validated(spec: Data) -> Verdict:
    """Validate a spec."""
    written = text(spec).encode("utf-8", "surrogatepass")
    begin = time.process_time()
    try:
        with patience():
            document = source.parse(written, "spec.yaml")
            built = build(document)
    except SpecError as error:
        return Verdict(None, _codes(error), _too_long(begin) or _mistakes(error))
    except EndlessError as error:
        return Verdict(None, (), crash("validate never ends", error))
    except Exception as error:
        return Verdict(None, (), crash("validate raises", error))
    network = api.Network(built.graph, built.warnings, document, {})
    return Verdict(network, (), _too_long(begin))


def _codes(error: SpecError) -> tuple[str, ...]:
    return tuple(each.code for each in error.diagnostics)


def _too_long(begin: float) -> Finding | None:
    took = time.process_time() - begin
    if took < LONGEST:
        return None
    return Finding("validate is slow", f"{took:.1f} s", "validate is slow")


def _mistakes(error: SpecError) -> Finding | None:
    """Each mistake has a place, and every renderer can show it."""
    found = error.diagnostics
    try:
        for show in (renderers.text, renderers.json, renderers.github):
            show(found)
    except Exception as wrong:
        return crash("a mistake cannot be shown", wrong)
    nowhere = [each for each in found if each.place is None]
    if not found or nowhere:
        said = nowhere[0].message if found else "no mistake is named"
        return Finding("a mistake without a place", said, f"no place {_codes(error)}")
    return None


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema.schema())


def schema_agrees(network: Network) -> Iterator[Finding]:
    """Check that the JSON schema accepts what mlpgen accepts."""
    data = json.loads(json.dumps(network.document.data))
    for error in _validator().iter_errors(data):
        place = "/".join(map(str, error.instance_path))
        key = ".".join(str(each) for each in error.instance_path if type(each) is str)
        yield Finding(
            "the schema refuses a right spec",
            f"{place}: {error.message[:200]}",
            f"schema {key[-40:]} {error.schema_path[-1]}",
        )
        return


def shown(network: Network, *, table: bool) -> Iterator[Finding]:
    """Show an accepted spec in every format; a table is slow."""
    for name, show in _shows().items():
        if name == "table" and not table:
            continue
        try:
            with patience():
                show(network.graph)
        except (Exception, EndlessError) as error:
            yield crash(f"show as {name} raises", error)


def _shows() -> dict[str, Any]:
    from rich.console import Console

    from mlpgen.pictures import dot, mermaid
    from mlpgen.pictures.diagram import diagram
    from mlpgen.pictures.json_data import data
    from mlpgen.pictures.layer_views import ALL
    from mlpgen.pictures.table import table

    console = Console(quiet=True, width=120)
    return {
        "json": lambda graph: json.dumps(data(graph)),
        "table": lambda graph: console.print(table(graph, ALL)),
        "mermaid": lambda graph: mermaid.text(diagram(graph, ALL)),
        "dot": lambda graph: dot.text(diagram(graph)),
    }
