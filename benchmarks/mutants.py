"""Puts small mistakes into the code that generates code, and says what notices them.

    python benchmarks/mutants.py --count 400 --seed 1 [--only sizes] [--again]

The mistakes are in styles, shape rules and templates, in a copy. Those tests that run a
mistaken line are tried, the quickest first, until one fails; for templates, first what
the committed specs render. The first run records which test runs which line, with
coverage.py, which must be installed; later ones only trace new tests.

Results are appended to a file, and a run goes on where the last one stopped. Mistakes
that survive are shown: either they change nothing, and get a line with the reason in
`equivalent_mutants.yaml`, or a test is missing; `--again` tries survivors once more.
"""

from __future__ import annotations

import argparse
import json
import os
import py_compile
import shutil
import sys
import tempfile
from collections import Counter
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import yaml

from mutant_runs import NOT_RUN, work
from mutators import mutants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mutant_runs import Outcome
    from mutators import Mutant

ROOT = Path(__file__).parent.parent
COPIED = (
    *("src", "templates", "tests", "specs", "schemas", "generated", "docs", "data"),
    *("benchmarks", "examples"),
    *("README.md", "pyproject.toml", "CONTRIBUTING.md", "CHANGELOG.md"),
)
UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
"""Python only compiles what was changed since."""
TARGETS = (
    "src/mlpgen/styles/**/*.py",
    "src/mlpgen/scripts/**/*.py",
    "src/mlpgen/layers/**/*.py",
    "src/mlpgen/functions/**/*.py",
    "src/mlpgen/symbols/*.py",
    "templates/**/*.jinja",
)
WARM = [
    *("torch", "torch.utils.flop_counter", "torch.nn.utils.parametrizations"),
    *("jsonschema_rs", "jinja2", "pydantic", "rich.table", "click", "nbformat"),
    "numpy",
]
"""Imported once for all mistakes, also for those that import mlpgen anew."""
LEFT_OUT = [
    "test_training",
    "test_resume",
    "test_prove",
    "test_starting",
    "test_package",
    "test_changed_spec",
    "test_damaged_data",
    "test_damaged_checkpoints",
]
"""Tests that take long, for what no source decides that is changed here."""
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.yaml")
Identity = tuple[str, str, str, str, int]


def main() -> None:
    """Try mistakes that were not tried yet, and print a summary of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--count", type=int, default=400)
    add("--seed", type=int, default=1)
    add("--tests", nargs="+", default=["tests"], help="where tests are, for a start")
    add("--only", default="", help="files with this in their path")
    add("--again", action="store_true", help="try those again that survived")
    add("--processes", type=int, default=1)
    add("--budget", type=float, default=30, help="CPU seconds for one mistake")
    add("--folder", type=Path, default=Path(tempfile.gettempdir(), "mlpgen-mutants"))
    add("--map", type=Path, help="which test runs which line; FOLDER/map.jsonl")
    add("--results", type=Path, help="FOLDER/results.jsonl")
    add("--summary", action="store_true", help="try nothing")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    results = given.results or given.folder / "results.jsonl"
    texts = sources()
    chosen = sample(texts, given.seed, given.count)
    if not given.summary:
        done = outcomes(results)
        equal = {*equivalent()}
        left = {
            identity: mutant
            for identity, mutant in chosen.items()
            if given.only in mutant.path
            and identity[:4] not in equal
            and (identity not in done or (given.again and not _killed(done[identity])))
        }
        print(f"{len(left)} of {len(chosen)} mistakes are to be tried", flush=True)
        for name in WARM:
            import_module(name)
        sys.dont_write_bytecode = True
        tried_by_processes(given, results, texts, left)
    summary(chosen, texts, outcomes(results))


def sources() -> dict[str, str]:
    """Read all files that mistakes are made in."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for pattern in TARGETS
        for path in sorted(ROOT.glob(pattern))
    }


def sample(texts: dict[str, str], seed: int, count: int) -> dict[Identity, Mutant]:
    """Choose mistakes by what they are, so that other changes hardly change which."""
    every: dict[Identity, Mutant] = {}
    for path, text in texts.items():
        seen: Counter[tuple[str, ...]] = Counter()
        for mutant in mutants(path, text):
            what = path, mutant.kind, *mutant.lines(text)
            seen[what] += 1
            every[(*what, seen[what])] = mutant

    def drawn(identity: Identity) -> str:
        return sha256(json.dumps([seed, *identity]).encode()).hexdigest()

    return {each: every[each] for each in sorted(every, key=drawn)[:count]}


def tried_by_processes(
    given: argparse.Namespace,
    results: Path,
    texts: dict[str, str],
    left: dict[Identity, Mutant],
) -> None:
    """Try mistakes in processes that have everything imported already."""
    os.environ["MLPGEN_RENDERED"] = str(given.folder / f"rendered-{state()}.json")
    known = given.map or given.folder / "map.jsonl"
    names = {mutant: identity for identity, mutant in left.items()}
    shown = os.dup(1)
    left_out = [f"--ignore=tests/{each}.py" for each in LEFT_OUT]
    tests = [*left_out, *given.tests, "benchmarks/drift_tests.py"]

    def report(mutant: Mutant, outcome: Outcome) -> None:
        if outcome.outcome == NOT_RUN and given.tests != ["tests"]:
            return
        entry = {"mutant": names[mutant], "line": mutant.line, **outcome._asdict()}
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        where = f"{mutant.path}:{mutant.line}"
        told = f"{outcome.cpu:4.0f} s {outcome.outcome} {where} {outcome.by}\n"
        os.write(shown, told.encode())

    def run(parts: list[list[Mutant]]) -> None:
        processes = []
        for number, part in enumerate(parts):
            copy = copied(given.folder.resolve() / f"copy-{number}")
            process = os.fork()
            if not process:
                work(copy, known, texts, part, report, given.budget, tests)
                os._exit(0)
            processes.append(process)
        for process in processes:
            os.waitpid(process, 0)

    mutants_ = list(left.values())
    if given.processes > 1:
        run([[]])  # records what tests run
    run([mutants_[start :: given.processes] for start in range(given.processes)])


def copied(folder: Path) -> Path:
    """Bring a copy of the tree up to date, and compile what changed."""
    files = {path.relative_to(ROOT) for name in COPIED for path in _files(ROOT / name)}
    old = {path.relative_to(folder) for path in _files(folder)}
    for path in old - files:
        (folder / path).unlink()
    for path in files:
        if path not in old or _stamp(ROOT / path) != _stamp(folder / path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)
            if path.suffix == ".py" and path.parts[0] in ("src", "tests"):
                py_compile.compile(str(folder / path), invalidation_mode=UNCHECKED)
    return folder


def _files(path: Path) -> Iterator[Path]:
    """List a file, or all files of a folder that are not made by running something."""
    if path.is_file():
        yield path
    elif path.is_dir() and path.name not in ("__pycache__", "runs", "temporary"):
        for each in sorted(path.iterdir()):
            yield from _files(each)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def state() -> str:
    """Identify what decides what the specs render."""
    found = sha256()
    for name in ("src", "templates", "specs"):
        for path in _files(ROOT / name):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def outcomes(results: Path) -> dict[Identity, dict[str, Any]]:
    """Read the result of each mistake: that it was killed, or else the last one."""
    found: dict[Identity, dict[str, Any]] = {}
    for line in results.read_text("utf-8").splitlines() if results.exists() else []:
        entry = json.loads(line)
        path, kind, before, after, number = entry["mutant"]
        identity = path, kind, before, after, number
        if identity not in found or not _killed(found[identity]):
            found[identity] = entry
    return found


def _killed(entry: dict[str, Any]) -> bool:
    return bool(entry["outcome"] == "killed")


def equivalent() -> dict[tuple[str, ...], str]:
    """Read which mistakes change nothing, and why."""
    entries = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) or []
    return {
        (each["path"], each["kind"], each["before"], each["after"]): each["why"]
        for each in entries
    }


def summary(
    chosen: dict[Identity, Mutant],
    texts: dict[str, str],
    done: dict[Identity, dict[str, Any]],
) -> None:
    """Print survivors and what was killed by which file of tests."""
    equal = {identity for identity in chosen if identity[:4] in equivalent()}
    tried = {each for each in chosen if each in done} - equal
    survivors = [each for each in chosen if each in tried and not _killed(done[each])]
    for identity in survivors:
        mutant, entry = chosen[identity], done[identity]
        print(f"\n{mutant.path}:{mutant.line} {entry['outcome']} {entry['by']}")
        print(mutant.diff(texts[mutant.path]))
    share = 100 * (1 - len(survivors) / max(1, len(tried)))
    print(f"\n{len(tried)} tried, {len(survivors)} survived, {share:.1f} % killed;")
    print(f"{len(equal)} more change nothing, {len(chosen)} were drawn")
    killed = {each: done[each] for each in tried - {*survivors}}
    for by, number in Counter(_file(x["by"]) for x in killed.values()).most_common():
        print(f"{number:6} by {by}")
    cpu = sum(done[each]["cpu"] for each in tried)
    print(f"{cpu / max(1, len(tried)):.1f} s of CPU for each")


def _file(test: str) -> str:
    return test.partition("::")[0]


if __name__ == "__main__":
    main()
