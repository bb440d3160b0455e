"""Compares what generated scripts train with a reference from an earlier tree.

    python benchmarks/reference.py record FOLDER [--only NAME ...]
    python benchmarks/reference.py compare FOLDER [--only NAME ...] [--style STYLE]

`record` renders every committed spec that trains and those of `reference_specs.yaml`,
runs their scripts, and saves specs, metrics and weights in FOLDER; it replaces nothing.
`compare` renders the specs in FOLDER with the current tree, reports differences, and
fails if there are any. A case takes three to ten seconds, `compiled` a minute.

Each spec is trained for three epochs by one process and by two ranks. It is resumed at
the beginning and in the middle of the last epoch; its notebook is run; its best weights
are evaluated, and used for one file. One process, resumed runs and notebooks must give
the same weights bit for bit, and metrics within 1e-6. Sums of two ranks can be rounded
differently, and some trainings amplify that: their weights and metrics must be within
`RANKS_WITHIN`, or within `TIMES` the effect of a learning rate that is 1e-6 higher.

It relies on the command lines of scripts and of `mlpgen render`, on metrics.csv, and on
"model" and "average" in checkpoints. Bits are those of one machine and one torch.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MPLBACKEND": "agg"}
sys.path.insert(0, str(Path(__file__).parent.parent))

import torch
from tests import processes

from reference_cases import EPOCHS, MODULE, file_of, specs, write_data
from reference_gaps import bounds_of, differences

if TYPE_CHECKING:
    from collections.abc import Iterable

STAGES = ("trained", "resumed", "amid", "ranks", "notebook", "predicted")
KEEP = """
import types

import torch


def rows_of(values):
    for each in values:
        if isinstance(each, list) and each and isinstance(each[0], dict):
            if "epoch" in each[0]:
                return each


def parts(each):
    return [*vars(each).values()]


def kept(names):
    objects = [
        each
        for each in names.values()
        if hasattr(each, "__dict__") and not isinstance(each, types.ModuleType)
    ]
    rows = rows_of(names.values())
    return {
        "rows": rows or rows_of(part for each in objects for part in parts(each)),
        "weights": {
            name: each.state_dict()
            for name, each in names.items()
            if isinstance(each, torch.nn.Module)
        },
    }


torch.save(kept({**globals()}), "kept.pt")
"""
"""Appended to each notebook, independent of the names in it."""


class ScriptError(Exception):
    """The error of a script that did not train."""


def rendered(spec: Path, folder: Path, style: str, data: Path, *options: str) -> Path:
    """Render a spec, with its data beside the files, and return their folder."""
    from mlpgen.cli import run

    said = io.StringIO()
    args = ["render", str(spec), "--out", str(folder), "--style", style, *options]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        if run(args) != 0:
            raise ScriptError(f"render: {said.getvalue()}")
    made = folder / style
    (made / "data").symlink_to(data, target_is_directory=True)
    (made / "mine.py").write_text(MODULE, encoding="utf-8")
    return made


def checked(stage: str, done: processes.Done) -> str:
    """Return what a script printed."""
    if done.returncode:
        raise ScriptError(f"{stage}: {done.stderr.strip()[-1500:]}")
    return done.stdout


def outcome(out: Path) -> dict[str, Any]:
    """Read the files of a run: rows of metrics, weights, confusion matrix."""
    with (out / "metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    weights = {}
    for name in ("last", "best"):
        state = torch.load(out / f"{name}.pt", weights_only=True)
        for key in ("model", "average"):
            if key in state:
                weights[f"{name} {key}"] = state[key]
    counts = out / "confusion.csv"
    text = counts.read_text(encoding="utf-8") if counts.exists() else ""
    return {"rows": without_seconds(rows), "weights": weights, "confusion": text}


def without_seconds(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """Leave out times, which are never the same."""
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def resumable(run: Path, copy: Path) -> str:
    """Copy a run without its last checkpoint; return the name of the copy."""
    shutil.copytree(run, copy)
    (copy / "previous.pt").replace(copy / "last.pt")
    return copy.name


def results(
    spec: Path, folder: Path, data: Path, style: str, asked: tuple[str, ...]
) -> dict[str, Any]:
    """Run the scripts of a spec: the outcome or error of each stage."""
    found: dict[str, Any] = {}
    try:
        made = rendered(spec, folder / "scripts", style, data)
        book = rendered(spec, folder / "notebook", style, data, "--notebook")
    except ScriptError as error:
        return dict.fromkeys(asked, str(error))
    (train,), (predict,) = made.glob("train_*.py"), made.glob("predict_*.py")
    usual = ["--epochs", str(EPOCHS), "--threads", "1", "--device", "cpu"]
    usual += ["--data-dir", "data"]

    def trained() -> dict[str, Any]:
        checked("train", processes.run(train, *usual, "--out", "trained"))
        return outcome(made / "trained")

    def resumed(name: str, before: str, *more: str) -> dict[str, Any]:
        copy = resumable(made / before, made / name)
        checked("resume", processes.run(train, *usual, "--resume", copy, *more))
        return outcome(made / name)

    def ranks() -> dict[str, Any]:
        checked("ranks", processes.run_ranks(train, *usual, "--out", "ranks"))
        return outcome(made / "ranks")

    def nearby() -> dict[str, Any]:
        config = json.loads((made / "ranks" / "config.json").read_text("utf-8"))
        rate = ["--lr", repr(config["settings"]["lr"] * (1 + 1e-6))]
        done = processes.run_ranks(train, *usual, *rate, "--out", "nearby")
        checked("nearby", done)
        return outcome(made / "nearby")

    def notebook() -> dict[str, Any]:
        (path,) = book.glob("*.ipynb")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        text = "\n\n".join([*code, KEEP])
        (book / "cells.py").write_text(text, encoding="utf-8")
        checked("notebook", processes.run(book / "cells.py"))
        kept: dict[str, Any] = torch.load(book / "kept.pt", weights_only=True)
        return kept | {"rows": without_seconds(kept["rows"] or [])}

    def predicted() -> dict[str, Any]:
        run = ["--run", "trained", "--device", "cpu"]
        more = ["--evaluate", "--data-dir", "data"]
        said = checked("evaluate", processes.run(predict, *run, *more))
        numbers = re.findall(r"^(\w+)\s+(-?[\d.]+)$", said, flags=re.MULTILINE)
        file = f"data/{file_of(spec.read_text(encoding='utf-8'))}"
        text = checked("predict", processes.run(predict, *run, file))
        return {"rows": [{k: float(v) for k, v in numbers}], "text": text}

    stages = {
        "trained": trained,
        "resumed": lambda: resumed("resumed", "trained", "--checkpoint-every", "2"),
        "amid": lambda: resumed("amid", "resumed"),
        "ranks": ranks,
        "nearby": nearby,
        "notebook": notebook,
        "predicted": predicted,
    }
    for name in asked:
        try:
            found[name] = stages[name]()
        except (ScriptError, OSError, TimeoutError) as error:
            found[name] = str(error)
    return found


def about() -> dict[str, str]:
    """Describe what the bits depend on: the code, and what runs it."""
    failed, commit = subprocess.getstatusoutput("git describe --always --dirty")
    return {
        "commit": "" if failed else commit,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
    }


def record(folder: Path, chosen: dict[str, str], data: Path) -> bool:
    """Save the results of the current tree; tell whether everything ran."""
    (folder / "specs").mkdir(parents=True, exist_ok=True)
    text = json.dumps(about(), indent=2)
    (folder / "about.json").write_text(f"{text}\n", encoding="utf-8")
    fine = True
    for name, spec in chosen.items():
        path = folder / "specs" / f"{name}.yaml"
        path.write_text(spec, encoding="utf-8")
        start = time.perf_counter()
        found = tried(path, data, "explicit", (*STAGES, "nearby"))
        torch.save(found, folder / f"{name}.pt")
        wrong = {each for each in found.values() if isinstance(each, str)}
        fine &= not wrong
        print(f"{name:28} {time.perf_counter() - start:5.1f} s", *wrong, flush=True)
    return fine


def tried(spec: Path, data: Path, style: str, asked: tuple[str, ...]) -> dict[str, Any]:
    """Run the scripts of a spec in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        return results(spec.resolve(), Path(name), data, style, asked)


def with_best(found: dict[str, Any]) -> dict[str, Any]:
    """Expect a notebook to end with the weights that the script kept as the best."""
    if any(isinstance(found[stage], str) for stage in ("trained", "notebook")):
        return found
    best = {
        name.removeprefix("best "): weights
        for name, weights in found["trained"]["weights"].items()
        if name.startswith("best ")
    }
    return found | {"notebook": found["notebook"] | {"weights": best}}


def compare(folder: Path, chosen: Iterable[str], data: Path, style: str) -> bool:
    """Print differences from the saved results; tell whether there are none."""
    before, now = json.loads((folder / "about.json").read_text("utf-8")), about()
    print(f"{before.pop('commit')} was recorded, this is {now.pop('commit')}")
    if before != now:
        print(f"recorded with {before}, now {now}: bits may differ")
    print(f"{'':28}" + "".join(f"{stage:>11}" for stage in STAGES))
    fine = True
    for case in chosen:
        old = with_best(torch.load(folder / f"{case}.pt", weights_only=True))
        new = tried(folder / "specs" / f"{case}.yaml", data, style, STAGES)
        wrong: dict[str, float] = {}
        cells = []
        for stage in STAGES:
            bounds = bounds_of(stage, old)
            more, most = differences(stage, new[stage], old[stage], bounds)
            wrong |= more
            cells.append(f"{most:.1e}" if most else "same")
            if more:
                cells[-1] = "DIFFERS"
        print(f"{case:28}" + "".join(f"{cell:>11}" for cell in cells), flush=True)
        for name, gap in [*wrong.items()][:6]:
            print(f"    {name}" + (f" by {gap:.2e}" if gap < math.inf else ""))
        if len(wrong) > 6:
            print(f"    and {len(wrong) - 6} more")
        fine &= not wrong
    print("all within bounds" if fine else "something DIFFERS")
    return fine


def main() -> None:
    """Record or compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["record", "compare"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--style", default="explicit", help="of what is compared")
    args = parser.parse_args()
    kept = {path.stem for path in args.folder.glob("*.pt")}
    new = specs() if args.what == "record" else dict.fromkeys(sorted(kept), "")
    chosen = {name: new[name] for name in args.only or new if name in new}
    if not chosen or len(chosen) < len(args.only):
        parser.error(f"--only must be of {', '.join(new) or 'nothing'}")
    if args.what == "record" and kept & chosen.keys():
        parser.error(f"{args.folder} has {', '.join(sorted(kept & chosen.keys()))}")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        write_data(data)
        if args.what == "record":
            fine = record(args.folder, chosen, data)
        else:
            fine = compare(args.folder, chosen, data, args.style)
    raise SystemExit(not fine)


if __name__ == "__main__":
    main()
