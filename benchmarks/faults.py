"""How many faults of design `validate` names, and how often it is wrong.

python benchmarks/faults.py                   recall by kind, false errors and warnings
python benchmarks/faults.py --write FOLDER    the corpus as files, with their data
python benchmarks/faults.py --train           train each fault and what mends it, once

The corpus is in `faults/`. Clean are its `clean.yaml`, what mends each fault, and all
other specs of the repository. `trained.json` has what `--train` found.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError

HERE = Path(__file__).parent / "faults"
ROOT = Path(__file__).parent.parent
TRAINED = HERE / "trained.json"
COMMON = {
    "name": "Net",
    "input": [1, 28, 28],
    "training": {
        "data": "mnist",
        "loss": "CrossEntropyLoss",
        "optimizer": {"Adam": {"lr": 0.001}},
        "epochs": 5,
    },
}
"""What an entry of the corpus leaves out; `training` is completed key by key."""
KEYS = ("name", "parameters", "input", "blocks", "layers", "outputs", "init")


class Case(NamedTuple):
    """A spec of the corpus.

    Attributes:
        title: What is wrong with it, or what only looks wrong.
        origin: Who describes the kind; empty for a clean spec.
        codes: One of these must be named; none for a clean spec.
        text: The spec.
        mended: The spec without the fault; empty for a clean spec.
    """

    title: str
    origin: str
    codes: tuple[str, ...]
    text: str
    mended: str


class Judged(NamedTuple):
    """What is said of a spec: codes of errors and warnings, without hints."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def _spec(entry: dict[str, Any]) -> str:
    """Write an entry as a spec."""
    merged = COMMON | {key: entry[key] for key in KEYS if key in entry}
    training = {**COMMON["training"], **entry.get("training", {})}
    if training["data"] != "mnist" and "loss" not in entry.get("training", {}):
        training["loss"] = "CrossEntropyLoss"
    if "layers" in entry and entry.get("input") == [32]:
        training = {}  # what makes images has no targets
    spec = {key: merged[key] for key in KEYS if key in merged}
    spec |= {"training": training} if training else {}
    text: str = yaml.safe_dump(spec, sort_keys=False, default_flow_style=None, width=96)
    return text


def faults() -> list[Case]:
    """Read the specs with a fault."""
    entries = yaml.safe_load((HERE / "faulty.yaml").read_text("utf-8"))
    return [
        Case(
            each["fault"],
            each["from"],
            tuple(each["codes"]),
            _spec(each),
            _spec({**each, **each["mended"]}),
        )
        for each in entries
    ]


def clean() -> list[Case]:
    """Read the specs without one."""
    entries = yaml.safe_load((HERE / "clean.yaml").read_text("utf-8"))
    return [Case(each["clean"], "", (), _spec(each), "") for each in entries]


def judged(text: str, folder: Path) -> Judged:
    """Validate a spec."""
    path = folder / "net.yaml"
    path.write_text(text, encoding="utf-8")
    return of_file(path)


def of_file(path: Path) -> Judged:
    """Validate a file."""
    try:
        network = api.load(path)
    except SpecError as error:
        found = error.diagnostics
    else:
        found = [*network.warnings, *api.lint(network)]
    errors = (each.code for each in found if not each.warning)
    warnings = (each.code for each in found if each.warning and not each.hint)
    return Judged((*errors,), (*warnings,))


def specs_of_the_repository() -> list[Path]:
    """Return all other specs; files that only others include are none."""
    paths = sorted((ROOT / "specs").rglob("*.yaml"))
    return [path for path in paths if "blocks" not in path.parts]


def _measure() -> None:
    folder = Path(tempfile.mkdtemp())
    cases, named = faults(), Counter[str]()
    every = Counter(each.origin for each in cases)
    missed = []
    for each in cases:
        found = judged(each.text, folder)
        if {*each.codes} & {*found.errors, *found.warnings}:
            named[each.origin] += 1
        else:
            said = " ".join((*found.errors, *found.warnings)) or "nothing"
            missed.append(f"{each.title}: {' or '.join(each.codes)}, but {said}")
    print(f"{sum(named.values())} of {len(cases)} faults named")
    for origin, count in sorted(every.items()):
        print(f"  {origin:14} {named[origin]:3} of {count}")
    for line in missed:
        print(f"  missed: {line}")
    groups = {
        "mended faults": [(each.title, judged(each.mended, folder)) for each in cases],
        "clean specs": [(each.title, judged(each.text, folder)) for each in clean()],
        "specs of the repository": [
            (path.stem, of_file(path)) for path in specs_of_the_repository()
        ],
    }
    for group, results in groups.items():
        errors = [(title, each.errors) for title, each in results if each.errors]
        warnings = [(title, each.warnings) for title, each in results if each.warnings]
        print(
            f"{len(results)} {group}: {len(errors)} with a false error, "
            f"{len(warnings)} with a warning"
        )
        for title, codes in (*errors, *warnings):
            print(f"  {title}: {' '.join(codes)}")


def write(folder: Path) -> None:
    """Write the corpus as files, with the data that they name."""
    from fault_runs import write_data

    folder.mkdir(parents=True, exist_ok=True)
    write_data(folder)
    for each in (*faults(), *clean()):
        stem = each.title.replace(" ", "_").replace(",", "")
        for part, text in (("", each.text), (".mended", each.mended)):
            if text:
                path = folder / f"{stem}{part}.yaml"
                path.write_text(f"# {each.title}\n{text}", encoding="utf-8")


def train() -> None:
    """Train what was not trained yet, and keep the scores."""
    from fault_runs import as_table, result, write_data

    known = json.loads(TRAINED.read_text("utf-8")) if TRAINED.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder)
        for each in faults():
            if each.title not in known:
                pair = [
                    result(title, text, folder, ROOT / "data" / "sample")
                    for title, text in ((each.title, each.text), ("", each.mended))
                ]
                known[each.title] = dict(zip(("fault", "mended"), pair, strict=True))
                print(each.title, known[each.title], flush=True)
                TRAINED.write_text(as_table(known), encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="write the corpus as files")
    parser.add_argument("--train", action="store_true", help="train it once")
    given = parser.parse_args()
    if given.write:
        write(given.write)
    elif given.train:
        train()
    else:
        _measure()


if __name__ == "__main__":
    main()
