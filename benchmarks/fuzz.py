"""Recombines specs at random, and reports the promises that do not hold.

    python benchmarks/fuzz.py --minutes 10 --seed 1 [--first 0] [--out folder]
    python benchmarks/fuzz.py --seed 1 --case 17
    python benchmarks/fuzz.py --spec spec.yaml

Each finding is reported once, with the smallest spec that shows it; `--out` saves
these. For a single case or spec, it prints the spec and what is wrong with it.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent))

import torch
from tests.fuzz.judgement import judged, looked_at
from tests.fuzz.plain_specs import text
from tests.fuzz.reduction import reduced

from mlpgen import source

if TYPE_CHECKING:
    from tests.fuzz.findings import Finding
    from tests.fuzz.judgement import Judged
    from tests.fuzz.plain_specs import Data

TOLD = 500
"""Cases between two lines that say how far it is."""


def main() -> None:
    """Judge cases until time is up, one case, or one spec."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--cases", type=int, default=10**9, help="at most this many")
    parser.add_argument("--first", type=int, default=0, help="where to go on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="judge only this one")
    parser.add_argument("--spec", type=Path, help="judge only this file")
    parser.add_argument("--out", type=Path, help="where minimal specs are saved")
    parser.add_argument("--without", metavar="PATTERN", help="skip findings that match")
    parser.add_argument("--keep", action="store_true", help="do not minimize specs")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.spec is not None:
        tell(looked_at(str(given.spec), source.read(str(given.spec)).data))
    elif given.case is not None:
        tell(judged(given.seed, given.case))
    else:
        search(given)


def tell(found: Judged) -> None:
    """Print a case and its findings."""
    print(text(found.spec))
    print(f"accepted: {found.accepted}, executed: {found.executed}")
    for each in found.findings:
        print(f"{each.kind}: {each.detail}")


def search(given: argparse.Namespace) -> None:
    """Judge one case after the other."""
    end = time.monotonic() + 60 * given.minutes
    seen: Counter[str] = Counter()
    accepted = executed = number = 0
    while time.monotonic() < end and number < given.cases:
        found = judged(given.seed, given.first + number)
        accepted += found.accepted
        executed += found.executed
        number += 1
        if number % TOLD == 0:
            print(f"{given.first + number:,} cases, {len(seen)} kinds", flush=True)
        for each in found.findings:
            if given.without and re.search(given.without, each.key):
                continue
            seen[each.key] += 1
            if seen[each.key] == 1:
                _tell_new(found, each, given)
    print(
        f"{number:,} cases: {accepted:,} accepted, {executed:,} executed, "
        f"{len(seen)} kinds of findings in {sum(seen.values())} cases"
    )
    for key, times in seen.most_common():
        print(f"{times:6} × {key}")
    sys.exit(bool(seen))


def _tell_new(found: Judged, finding: Finding, given: argparse.Namespace) -> None:
    spec = found.spec if given.keep else smallest(found.spec, finding.key)
    print(
        f"\n{finding.kind}: {finding.detail}\n{found.case}\n\n{text(spec)}", flush=True
    )
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        words = "".join(c if c.isalnum() else "-" for c in finding.key.lower())
        path = given.out / f"{'-'.join(filter(None, words.split('-')))[:80]}.yaml"
        about = (
            f"# {finding.kind}: {finding.detail!r}\n# benchmarks/fuzz.py {found.case}"
        )
        path.write_text(f"{about}\n{text(spec)}", encoding="utf-8")


def smallest(spec: Data, key: str) -> Data:
    """Minimize a spec that has a finding."""

    def holds(smaller: Data) -> bool:
        return any(each.key == key for each in looked_at("", smaller).findings)

    return reduced(spec, holds) if holds(spec) else spec


if __name__ == "__main__":
    main()
