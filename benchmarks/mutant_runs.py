"""Tries mistakes on a collected session of pytest: imports once, and forks for each.

A mistake inside of functions replaces their code in the process that tries it. One that
decides at import, as a default or a table does, imports the package and the tests anew.
"""

from __future__ import annotations

import functools
import gc
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import Phase, settings

from mutant_map import IMPORTS, Map
from mutant_places import Place, caches, codes, functions, key, mistaken, place
from mutant_processes import NEVER_ENDS, forked, spent
from mutant_sessions import KILLED, OUT_OF_TIME, SLOWEST, Again, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mutators import Mutant

UNPATCHED = 4
"""The exit code of a process where a mistake must be imported."""
NOT_RUN = "not run by any test"
SCHEMA = "tests/test_schema.py::test_the_committed_file_is_current"
OPTIONS = ["-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:faulthandler"]


class Outcome(NamedTuple):
    """What tests say about a mistake.

    Attributes:
        outcome: `killed`, `survived`, `out of time` or `NOT_RUN`.
        by: The test that notices it, or why it is known.
        cpu: Seconds.
        tests: How many tests were to be run.
    """

    outcome: str
    by: str = ""
    cpu: float = 0.0
    tests: int = 0


def work(
    copy: Path,
    known: Path,
    texts: dict[str, str],
    chosen: Sequence[Mutant],
    report: Callable[[Mutant, Outcome], None],
    budget: float,
    collected: Sequence[str],
) -> None:
    """Collect all tests, record what new ones run, and try mistakes.

    Args:
        copy: A copy of the repository, in which mistakes are made.
        known: The file of the map from lines to tests.
        texts: The sources.
        chosen: The mistakes.
        report: Called with each result.
        budget: CPU seconds for one mistake.
        collected: The tests, as arguments of pytest.
    """
    os.chdir(copy)
    sys.path[:0] = [str(copy / "src"), str(copy)]
    os.environ |= {
        "PYTHONPATH": str(copy / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MLPGEN_HYPOTHESIS": "mutants",
    }
    settings.register_profile(
        "mutants",
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(settings().suppress_health_check),
    )
    log = os.open(copy / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(log, number)
    tests = Map(known, texts)
    run = Run(copy, tests, texts, chosen, report, budget)
    run.tracer.start()
    options = [*OPTIONS, f"--basetemp={copy / 'temporary'}"]
    code = pytest.main([*options, *collected], plugins=[run])
    if not run.began:
        raise SystemExit(f"the tests are not collected ({code}): see {copy}/log.txt")


class Run(Watch):
    """The plugin of the session that is collected once."""

    def __init__(
        self,
        copy: Path,
        tests: Map,
        texts: dict[str, str],
        chosen: Sequence[Mutant],
        report: Callable[[Mutant, Outcome], None],
        budget: float,
    ) -> None:
        super().__init__()
        self.copy, self.map, self.texts = copy, tests, texts
        self.chosen, self.report, self.budget = chosen, report, budget
        self.items: dict[str, pytest.Item] = {}
        self.began = False
        self.tracer = tracer(copy)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try all mistakes."""
        if session.testsfailed:
            return True
        self.began = True
        self.tracer.stop()
        imports = traced(self.tracer, self.copy).get("", {})
        if not all(self.map.imported(*each) for each in imports.items()):
            self.map.add(IMPORTS, None, imports)
        self.items = {item.nodeid: item for item in session.items}
        render(self.copy)
        self.learn([each for each in self.items if each not in self.map.seconds])
        self.functions = functions(self.copy / "src")
        self.caches = caches()
        gc.collect()
        gc.freeze()
        for mutant in self.chosen:
            with mistaken(self.copy, mutant, self.texts[mutant.path]):
                outcome = self.tried(mutant)
            self.report(mutant, outcome)
        return True

    def learn(self, new: list[str]) -> None:
        """Record what tests run, in processes that end with a test that takes long."""
        while new:
            code, last, _, _ = forked(functools.partial(self._trace, new))
            self.map = Map(self.map.file, self.texts)
            if code and last and last not in self.map.seconds:
                self.map.add(last, None, {})
            elif code:
                raise SystemExit(f"tracing fails at {last}")
            new = [each for each in new if each not in self.map.seconds]

    def _trace(self, new: Sequence[str], tell: int) -> None:
        following = dict(zip(new, [*new[1:], None], strict=True))
        for names in batches(new, 20):
            found: dict[str, float | None] = {}
            tracing = tracer(self.copy)
            tracing.start()
            for name in names:
                os.write(tell, f"{name}\n".encode())
                tracing.switch_context(name)
                begin, self.failed = spent(), False
                item, after = self.items[name], self.items.get(following[name] or "")
                signal.setitimer(signal.ITIMER_PROF, 2 * SLOWEST)
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                signal.setitimer(signal.ITIMER_PROF, 0)
                found[name] = None if self.failed else spent() - begin
            tracing.stop()
            lines = traced(tracing, self.copy)
            for name, cpu in found.items():
                self.map.add(name, cpu, lines.get(name, {}))
        os._exit(0)

    def tried(self, mutant: Mutant) -> Outcome:
        """Run the tests that run the place of a mistake."""
        if mutant.path.endswith(".jinja"):
            tests = self._usable(self.map.running(mutant.path))
            tests.sort(key=lambda each: "test_drift" not in each)
            return self._outcome(mutant, tests, anew=False)
        text = self.texts[mutant.path]
        found = place(text, mutant.line)
        if not found.inside:
            return self._outcome(mutant, self._about(mutant, found), anew=True)
        exact = self.map.running(mutant.path, [mutant.line])
        tests = exact or self.map.running(mutant.path, found.statement)
        outcome = Outcome(NOT_RUN)
        if tests:
            outcome = self._outcome(mutant, self._usable(tests), anew=False)
        if outcome.outcome in ("killed", "out of time"):
            return outcome
        if self.map.imported_any(mutant.path, found.statement):
            return self._outcome(mutant, self._about(mutant, found), anew=True)
        return outcome

    def _usable(self, tests: Sequence[str]) -> list[str]:
        return self.map.ordered(each for each in tests if each in self.items)

    def _about(self, mutant: Mutant, found: Place) -> list[str]:
        """List the tests that could notice what is decided at import."""
        around = self.map.running(mutant.path, found.scope)
        of_file = self.map.running(mutant.path)
        named = [
            each
            for each in self._usable(list(self.map.seconds))
            if any(name in _words(each) for name in found.names)
            and self.map.seconds[each] is not None
        ]
        first = (
            [SCHEMA] if self.map.seconds.get(SCHEMA) and SCHEMA in self.items else []
        )
        parts = [*first, *named[:40]], self._usable(around), self._usable(of_file)
        share = self.budget / len(parts)
        chosen = [each for part in parts for each in self._affordable(part, share)]
        return list(dict.fromkeys(chosen))

    def _outcome(self, mutant: Mutant, tests: list[str], *, anew: bool) -> Outcome:
        if not tests:
            return Outcome(NOT_RUN)
        if anew:
            tests = self._affordable(tests, self.budget)
        action = self._try_anew if anew else self._try
        code, last, cpu, ended = forked(functools.partial(action, mutant, tests))
        if code == UNPATCHED:
            return self._outcome(mutant, tests, anew=True)
        if ended or code == -signal.SIGPROF:
            return Outcome("killed", f"{last} {NEVER_ENDS}", cpu, len(tests))
        if code == 0:
            return Outcome("survived", "", cpu, len(tests))
        if code == OUT_OF_TIME:
            number = tests.index(last) + 1 if last in tests else 0
            return Outcome("out of time", f"after {number} tests", cpu, len(tests))
        return Outcome("killed", last or "import", cpu, len(tests))

    def _affordable(self, tests: Sequence[str], budget: float) -> list[str]:
        """Take the first tests, as many as some CPU seconds are enough for."""
        chosen: list[str] = []
        for test in tests:
            cost = self.map.seconds[test] or 0.0
            if cost < budget:
                budget -= cost
                chosen.append(test)
        return chosen

    def _try(self, mutant: Mutant, tests: Sequence[str], tell: int) -> None:
        template = mutant.path.endswith(".jinja")
        for module, cache in self.caches:
            if template or module != "mlpgen.rendering":
                cache.cache_clear()
        if not template and not self._patched(mutant):
            os._exit(UNPATCHED)
        items = [self.items[each] for each in tests]
        self.until_noticed(items, self.map.seconds, spent() + self.budget, tell)

    def _patched(self, mutant: Mutant) -> bool:
        """Replace the code of functions; False if the module must be imported anew."""
        path = str(self.copy / mutant.path)
        code = compile(mutant.applied(self.texts[mutant.path]), path, "exec")
        changed = 0
        for each in codes(code):
            for function in self.functions.get(key(each), ()):
                if function.__code__ != each:
                    try:
                        function.__code__ = each
                    except ValueError:  # other variables of the function around it
                        return False
                    changed += 1
        loaded = any(
            getattr(module, "__file__", None) == path
            for module in list(sys.modules.values())
        )
        return changed > 0 or not loaded

    def _try_anew(self, mutant: Mutant, tests: Sequence[str], tell: int) -> None:
        del mutant
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None) or ""
            if file.startswith(str(self.copy)):
                del sys.modules[name]
        gc.disable()
        signal.setitimer(signal.ITIMER_PROF, 5 * SLOWEST)
        files = dict.fromkeys(each.partition("::")[0] for each in tests)
        end = spent() + self.budget + 5
        again = Again(tests, self.map.seconds, end, tell)
        pytest.main(
            [*OPTIONS, f"--basetemp={self.copy / 'temporary'}", *files], plugins=[again]
        )
        os._exit(KILLED)


def _words(test: str) -> set[str]:
    """Split the name of a test and of its case."""
    return {*"".join(x if x.isalnum() or x == "_" else " " for x in test).split()}


def batches(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Cut a list in pieces."""
    for start in range(0, len(names), size):
        yield names[start : start + size]


def tracer(copy: Path) -> Any:
    """Make what records lines, by coverage.py."""
    coverage = import_module("coverage")
    include = [f"{copy}/src/mlpgen/*", f"{copy}/templates/*"]
    return coverage.Coverage(data_file=None, config_file=False, include=include)


def traced(tracing: Any, copy: Path) -> dict[str, dict[str, list[int]]]:
    """Return the lines of each file for each test."""
    data = tracing.get_data()
    found: dict[str, dict[str, list[int]]] = {}
    for file in data.measured_files():
        path = Path(file).relative_to(copy).as_posix()
        for line, names in data.contexts_by_lineno(file).items():
            for name in names:
                lines = found.setdefault(name, {}).setdefault(path, [])
                lines.append(line)
    return found


def render(copy: Path) -> None:
    """Write what committed specs render, if it is not known yet."""
    if Path(os.environ["MLPGEN_RENDERED"]).exists():
        return
    sys.path.insert(0, str(copy / "benchmarks"))

    def write(tell: int) -> None:
        del tell
        import_module("drift_tests").write()
        os._exit(0)

    if forked(write)[0]:
        raise SystemExit("the committed specs do not render")
