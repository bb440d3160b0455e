"""Specs of this repository and random graphs, each with a random edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from mlpgen import SpecError, api, source
from tests.networks import network
from tests.random_edits import EDITS, edited
from tests.random_graphs import specs

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tests.random_edits import Edited

ROOT = Path(__file__).parent.parent.parent
MOST_PARAMETERS, MOST_WORK = 4_000_000, 400_000_000
"""Larger networks are left out: to run them takes seconds."""


class Case(NamedTuple):
    """An edit, and the spec that it is of."""

    origin: str
    edit: Edited


def cases(rng: random.Random, count: int, *, zoo: bool = True) -> Iterator[Case]:
    """Yield edits, the kinds in turn, in specs of the repository and random graphs.

    Args:
        rng: Chooses specs and places.
        count: The number of edits.
        zoo: Whether the specs in `specs/zoo` are among them.
    """
    pattern = "**/*.yaml" if zoo else "*.yaml"
    own, drawn = [*own_specs(pattern)], [*random_specs(rng.randrange(2**31), count)]
    kinds = [*EDITS]
    made = 0
    while made < count:
        pool = drawn if made % 2 else own
        origin, data = rng.choice(pool)
        edit = edited(data, kinds[made // 2 % len(kinds)], rng)
        if edit is not None:
            yield Case(origin, edit)
            made += 1


def own_specs(pattern: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the small specs of this repository, by name."""
    for path in sorted((ROOT / "specs").glob(pattern)):
        if path.parent.name == "blocks":
            continue
        graph = api.load(path).graph
        large = graph.total_parameters > MOST_PARAMETERS
        data = source.read(str(path)).data
        if not (large or graph.total_multiply_adds > MOST_WORK or "include" in data):
            data.pop("training", None)
            yield path.stem, data


def random_specs(number: int, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield random graphs that mlpgen accepts."""
    found: list[dict[str, Any]] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(specs())
    def collect(data: dict[str, Any]) -> None:
        found.append(data)

    collect()
    for at, data in enumerate(found):
        try:
            network(data)
        except SpecError:
            continue
        yield f"graph {at}", data
