"""Edits specs at random: what `mlpgen breaking` predicts against what torch does.

    python benchmarks/edits.py [--count 200] [--seed 1] [--case 17]

Half of the edits are in the specs of this repository, half in random graphs. It prints
the predictions that are wrong, and how many are right.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent))

import torch
from tests.changes.edit_cases import cases
from tests.changes.judgement import judged
from tests.random_edits import as_text

if TYPE_CHECKING:
    from tests.changes.edit_cases import Case


def main() -> None:
    """Judge edits, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="judge only this one, and print it")
    given = parser.parse_args()
    torch.set_num_threads(1)
    counts: Counter[str] = Counter()
    for number, case in enumerate(cases(random.Random(given.seed), given.count)):
        if given.case in (None, number):
            judge(number, case, counts, whole=given.case is not None)
    compared = counts["compared"]
    print(f"edits: {counts['edits']}, of which torch loads {counts['fits']}")
    print(f"weights: right in {counts['edits'] - counts['weights']}")
    print(f"values: {counts['missed']} missed of {counts['differ']} that differ")
    print(f"values: {counts['alarm']} false alarms of {compared} compared numbers")


def judge(number: int, case: Case, counts: Counter[str], *, whole: bool) -> None:
    """Judge one edit, and tell what is wrong about its prediction."""
    edit = case.edit
    found = judged(edit.old, edit.new)
    counts["edits"] += 1
    counts["fits"] += found.fits
    counts["compared"] += found.same is not None and found.telling
    counts["differ"] += found.same is not None and not all(found.same)
    counts[found.wrong or "right"] += 1
    if found.wrong or whole:
        print(f"{number}: {found.wrong or 'right'}, {edit.kind} in {case.origin}")
        print(*(f"    {each.category}: {each.message}" for each in found.predicted))
        print(f"    torch: fits {found.fits}, same outputs {found.same}", flush=True)
    if whole:
        print(as_text(edit.data))


if __name__ == "__main__":
    main()
