"""Puts small mistakes into the code that generates code, and says what notices them.

    python benchmarks/mutants.py --count 400 --seed 1 [--time 120] [--only sizes]

The mistakes are in styles, shape rules and templates, in a copy. A mistake is killed by
the first stage that notices it: the committed specs render different code, or a test
fails. The tests of the mutated part run first, then the fuzzer, then the promises.
Survivors are shown: either they change nothing, or a test is missing.

Each mistake has its own process, forked from one that has torch imported already.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import json
import os
import py_compile
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

from mutators import mutants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mutators import Mutant

ROOT = Path(__file__).parent.parent
COPIED = ("src", "templates", "tests", "specs", "schemas", "generated", "docs", "data")
FILES = ("README.md", "pyproject.toml", "CONTRIBUTING.md", "CHANGELOG.md")
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
    *("pytest", "hypothesis", "jsonschema", "yaml"),
    *("jinja2", "pydantic", "rich.table", "click", "nbformat", "numpy"),
]
"""Imported once for all mistakes, unlike mlpgen itself."""
CATALOGUES = ("src/mlpgen/layers", "src/mlpgen/functions")
QUICK = ["test_diagnostics", "test_expressions", "test_rounds", "test_operands"]
CONCERNED = {
    "templates/scripts/pre": ["test_predict"],
    "templates/scripts/plot": ["test_predict"],
    "templates/notebook": ["test_notebook"],
    "src/mlpgen/layers": ["layers", "test_interpreter", "test_every_argument"],
    "src/mlpgen/functions": ["functions", "test_interpreter", "test_every_argument"],
    "src/mlpgen/symbols": [
        "test_sizes",
        "test_any_parameters",
        "test_language",
        "test_graphs",
    ],
    "src/mlpgen/scripts/notebook": ["test_notebook"],
    "src/mlpgen/scripts": ["test_training_keys", "test_data", "test_predict"],
    "src/mlpgen/styles": [
        "test_any_parameters",
        "test_graphs",
        "test_capture",
        "test_share",
        "test_optimizers_and_losses",
        "test_language",
    ],
    "templates": ["test_training_keys", "test_data", "test_notebook", "test_predict"],
}
"""Tests of a room, by the prefix of its paths; `LAST` follows."""
LAST = [
    "test_promises_graphs",
    "test_promises_chains",
    "test_block_classes",
    "test_expert_code",
]
LAST_OF_SCRIPTS = ["test_training", "test_resume", "test_expert_code"]
FUZZED = 200
SLOWEST = 420
"""Time limit of a stage, in seconds."""


class Stage(NamedTuple):
    """One way to notice a mistake: it raises if there is one."""

    name: str
    notice: Callable[[], None]


def main() -> None:
    """Try mistakes until enough are tried, or time is up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time", type=float, default=10**6, metavar="MINUTES")
    parser.add_argument("--only", default="", help="files with this in their path")
    parser.add_argument(
        "--trust", action="store_true", help="do not check first that all stages pass"
    )
    given = parser.parse_args()
    for name in WARM:
        import_module(name)
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = copied(Path(folder))
        texts = {
            path.relative_to(copy).as_posix(): path.read_text(encoding="utf-8")
            for pattern in TARGETS
            for path in sorted(copy.glob(pattern))
            if given.only in path.relative_to(copy).as_posix()
        }
        every = [each for path, text in texts.items() for each in mutants(path, text)]
        chosen = random.Random(given.seed).sample(every, min(given.count, len(every)))
        print(f"{len(every):,} mistakes in {len(texts)} files, {len(chosen)} of them")
        kept = baseline(copy, {} if given.trust else texts)
        search(kept, texts, chosen, time.monotonic() + 60 * given.time)


def copied(folder: Path) -> Path:
    """Copy the tree, compiled so that Python only reads files that were changed."""
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "runs")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder / "src", quiet=2, invalidation_mode=mode)
    return folder


def search(kept: Path, texts: dict[str, str], chosen: list[Mutant], end: float) -> None:
    """Try mistakes and print the outcome of each, then a summary."""
    copy = kept.parent
    killed: Counter[str] = Counter()
    survivors: list[Mutant] = []
    for number, mutant in enumerate(chosen, 1):
        if time.monotonic() > end:
            break
        begin = time.monotonic()
        with mistaken(copy, mutant, texts[mutant.path]):
            by = noticed(copy, stages(mutant.path, kept))
        killed[by or "nobody"] += 1
        took = time.monotonic() - begin
        where = f"{mutant.path}:{mutant.line}"
        print(
            f"{number:4} {took:4.0f} s {by or 'SURVIVED':24} {mutant.kind:10} {where}"
        )
        if not by:
            survivors.append(mutant)
            print(mutant.diff(texts[mutant.path]))
        sys.stdout.flush()
    tried = sum(killed.values())
    share = 100 * (tried - len(survivors)) / max(1, tried)
    print(f"\n{tried} tried, {len(survivors)} survived, {share:.1f} % killed")
    for by, count in killed.most_common():
        print(f"{count:6} by {by}")
    for mutant in survivors:
        print(f"\n{mutant.path}:{mutant.line}")
        print(mutant.diff(texts[mutant.path]))


class mistaken:  # noqa: N801 - used like a function
    """Context manager: puts a mistake into the copy."""

    def __init__(self, copy: Path, mutant: Mutant, text: str) -> None:
        self.path = copy / mutant.path
        self.new = mutant.applied(text)
        self.old = text
        self.compiled = Path(cache_from_source(str(self.path)))

    def __enter__(self) -> None:
        self.path.write_text(self.new, encoding="utf-8")
        self.compiled.unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        self.path.write_text(self.old, encoding="utf-8")


def baseline(copy: Path, texts: dict[str, str]) -> Path:
    """Save what the specs render, and check that all stages pass without a mistake."""
    kept = copy / "rendered.json"

    def keep() -> None:
        kept.write_text(json.dumps(rendered(copy)), encoding="utf-8")

    if noticed(copy, [Stage("rendering", keep)]):
        raise SystemExit("the specs do not render")
    every: dict[str, Stage] = {}
    for path in texts:
        every |= {each.name: each for each in stages(path, kept)}
    for each in every.values():
        begin = time.monotonic()
        failed = noticed(copy, [each])
        print(f"{time.monotonic() - begin:6.0f} s {each.name}", flush=True)
        if failed:
            raise SystemExit(f"{each.name} fails without a mistake")
    return kept


def stages(path: str, kept: Path) -> list[Stage]:
    """List the ways to notice a mistake in a file, the quick ones first."""
    copy = kept.parent
    scripts = "scripts" in path or "notebook" in path
    concerned = [
        name for begin, names in CONCERNED.items() if path.startswith(begin)
        for name in names
    ]  # fmt: skip
    own = _classes(copy / path) if path.startswith(CATALOGUES) else []
    names = [*QUICK, *concerned]
    last = LAST_OF_SCRIPTS if scripts else LAST
    fuzz = [] if scripts else [Stage("fuzz", lambda: fuzzed(copy))]
    return [
        Stage("drift", lambda: drifted(copy, kept)),
        *([_tests(copy, concerned[0], own)] if own else []),
        *(_tests(copy, name) for name in dict.fromkeys(names)),
        *fuzz,
        *(_tests(copy, name) for name in last),
    ]


def _file(copy: Path, name: str) -> Path:
    folder = copy / "tests" / name
    return folder if folder.is_dir() else folder.with_suffix(".py")


def _classes(path: Path) -> list[str]:
    """Name the classes of a file; tests of layers and functions have their names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [each.name for each in tree.body if isinstance(each, ast.ClassDef)]


def _tests(copy: Path, name: str, about: Sequence[str] = ()) -> Stage:
    def run() -> None:
        import pytest

        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-m", ""]
        options += ["-k", " or ".join(about)] if about else []
        if pytest.main([*options, str(_file(copy, name))]):
            raise AssertionError(name)

    return Stage(f"own {name}" if about else name, run)


def rendered(copy: Path) -> dict[str, str]:
    """Render all committed specs, in all ways."""
    from mlpgen import api

    found = {}
    paths = [*sorted(copy.glob("specs/*.yaml")), *sorted(copy.glob("specs/*/*.yaml"))]
    for path in paths:
        network = api.load(path)
        for style in api.STYLES:
            for notebook in (False, True):
                texts = api.render(network, style, notebook=notebook)
                for name, text in texts.items():
                    found[f"{path.stem}/{style}/{name}"] = text
    return found


def drifted(copy: Path, kept: Path) -> None:
    """Check that the specs render the same as before."""
    if rendered(copy) != json.loads(kept.read_text(encoding="utf-8")):
        raise AssertionError("drift")


def fuzzed(copy: Path) -> None:
    """Check that recombined specs break no promise; always the same specs."""
    from tests.fuzz.judgement import all_judged

    del copy
    for found in all_judged(1, range(FUZZED)):
        if found.findings:
            raise AssertionError(found.findings[0])


def noticed(copy: Path, stages_: list[Stage]) -> str:
    """Run stages in a separate process; return the one that notices something."""
    told, tell = os.pipe()
    process = os.fork()
    if not process:
        os.setsid()
        os.close(told)
        _child(copy, stages_, tell)
    os.close(tell)
    name = "start"
    with os.fdopen(told, "rb", buffering=0) as answers:
        for each in _lines(answers.fileno()):
            if each is None:
                os.killpg(process, signal.SIGKILL)
                os.waitpid(process, 0)
                return f"{name} (time)"
            name = each
    _, status = os.waitpid(process, 0)
    return name if status else ""


def _lines(file: int) -> Iterator[str | None]:
    """Yield the lines of a process; None if it is silent for too long."""
    import select

    rest = b""
    while True:
        ready, _, _ = select.select([file], [], [], SLOWEST)
        if not ready:
            yield None
            return
        got = os.read(file, 1024)
        if not got:
            return
        *whole, rest = (rest + got).split(b"\n")
        yield from (line.decode() for line in whole)


def _child(copy: Path, stages_: list[Stage], tell: int) -> None:
    """Run stages until one notices something; end the process."""
    os.chdir(copy)
    source = str(copy / "src")
    sys.path[:0] = [source, str(copy)]
    os.environ |= {"PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"}
    log = os.open(copy / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(log, number)
    code = 0
    try:
        for each in stages_:
            os.write(tell, f"{each.name}\n".encode())
            each.notice()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        code = 1
    os._exit(code)


if __name__ == "__main__":
    main()
