"""Definitions of shared modules, taken into a notebook with all that they use."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.modules import shared_modules
from mlpgen.scripts.imports import imported, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from mlpgen.styles.layout import Lines

ONE_PROCESS = "RANK, RANKS = 0, 1  # one process"
_RANKS = frozenset(["RANK", "RANKS"])
_FLAG = re.compile(r"--([a-z]+(?:-[a-z]+)*)")


class Module(NamedTuple):
    """A shared module.

    Attributes:
        lines: Its text.
        found: Its definitions by their names, in order.
        shared: Where the names come from that it takes from others.
        imports: What else it imports, by name, as `import_lines` takes it.
        types: Names that it imports for its annotations alone.
    """

    lines: Sequence[str]
    found: Mapping[str, ast.stmt]
    shared: Mapping[str, str]
    imports: Mapping[str, str]
    types: Sequence[str]


@cache
def parted(text: str) -> Module:
    """Take a shared module apart, or what is written for notebooks alone."""
    tree = ast.parse(text)
    shared: dict[str, str] = {}
    imports: dict[str, str] = {}
    for node in _imports(tree):
        source = node.module if isinstance(node, ast.ImportFrom) else ""
        if source and _is_shared(source):
            shared |= {each.name: f"shared/{source}" for each in node.names}
        else:
            imports |= imported(node)
    found = {each: node for node in tree.body for each in _defined(node)}
    types = [
        each.asname or each.name
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    ]
    return Module(text.split("\n"), found, shared, imports, types)


def _is_shared(name: str) -> bool:
    return name in shared_modules()


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Go through the imports of a module, those for types alone as well."""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.If) else [node]
        yield from (
            each for each in inner if isinstance(each, ast.Import | ast.ImportFrom)
        )


def _defined(node: ast.stmt) -> list[str]:
    """Return what a statement of a module defines."""
    match node:
        case ast.ClassDef() | ast.FunctionDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(name)]):
            return [name]
        case ast.AnnAssign(target=ast.Name(name)):
            return [name]
    return []


class NoDefinitionError(Exception):
    """A shared module does not define what is wanted of it.

    Attributes:
        module: Its path in `templates/`, without `.py`.
        name: What is wanted.
    """

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name
        super().__init__(f"{module} does not define {name}")


class Inliner:
    """Takes definitions out of shared modules, each once.

    Attributes:
        imports: What all that was taken may import, by name.
    """

    def __init__(self, read: Callable[[str], str], classes: Collection[str]) -> None:
        """Make way for the classes of a model: what has the name of one gets another.

        Args:
            read: Reads a shared module.
            classes: Their names.
        """
        self._read = read
        self.imports: dict[str, str] = {}
        self._taken: set[str] = set()
        names = "|".join(map(re.escape, classes))
        self._hidden = re.compile(rf"(?<![\w.])({names})\b")

    def take(self, name: str, *roots: str) -> Lines:
        """Return the lines of definitions, with all that they use and was not taken.

        Args:
            name: The module: its path in `templates/`, without `.py`.
            roots: What is wanted of it.
        """
        wanted: dict[str, set[str]] = {}
        ranks = self._follow(name, roots, wanted)
        lines: list[str] = [ONE_PROCESS] if ranks - self._taken else []
        self._taken |= ranks
        for each in self._in_order(wanted):
            there = self._module(each)
            self.imports |= dict(map(self._import, there.imports.items()))
            for shown in _texts(there, wanted[each]):
                single = len(shown) == 1 and len(lines) == 1
                plain = [_unquoted(line, there.types) for line in shown]
                lines += [*([] if single or not lines else ["", ""]), *plain]
        return tuple(self._renamed(_without_flags(_beside(line))) for line in lines)

    def _renamed(self, line: str) -> str:
        return self._hidden.sub(r"\1_", line)

    def _import(self, item: tuple[str, str]) -> tuple[str, str]:
        """Import what has the name of a class by another one."""
        name, need = item
        other = self._renamed(name)
        return (name, need) if name == other else (other, f"{need} as {other}")

    def _follow(
        self, name: str, roots: Sequence[str], wanted: dict[str, set[str]]
    ) -> set[str]:
        """Find all that definitions use; what is left are names of ranks."""
        ranks: set[str] = set()
        waiting = [(name, root) for root in roots]
        while waiting:
            at, root = waiting.pop()
            if root in _RANKS:
                ranks.add(root)
                continue
            if root in self._taken:
                continue
            self._taken.add(root)
            wanted.setdefault(at, set()).add(root)
            there = self._module(at)
            if root not in there.found:
                raise NoDefinitionError(at, root)
            for used in _used(there.found[root]):
                if used in there.found:
                    waiting.append((at, used))
                elif used in there.shared:
                    waiting.append((there.shared[used], used))
        return ranks

    def _in_order(self, wanted: Mapping[str, set[str]]) -> list[str]:
        """Sort modules so that each comes behind those that it takes names from."""
        found: list[str] = []

        def visit(name: str) -> None:
            for other in sorted({*self._module(name).shared.values()}):
                if other not in found:
                    visit(other)
            if name not in found:
                found.append(name)

        for name in sorted(wanted):
            visit(name)
        return [name for name in found if name in wanted]

    def _module(self, name: str) -> Module:
        return parted(self._read(name))


def _texts(there: Module, names: set[str]) -> Iterator[list[str]]:
    """Go through definitions in the order of their module; constants together."""
    constants: list[str] = []
    for name, node in there.found.items():
        if name not in names:
            continue
        lines = [*there.lines[_begin(node) - 1 : node.end_lineno]]
        if isinstance(node, ast.Assign | ast.AnnAssign):
            constants += lines
            continue
        if constants:
            yield constants
            constants = []
        yield lines
    if constants:
        yield constants


def _begin(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _used(node: ast.stmt) -> set[str]:
    """Return the names that a definition uses, those of its annotations as well."""
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    annotations = {
        word
        for each in texts
        if isinstance(each, str) and len(each) < 40
        for word in re.findall(r"\w+", each)
    }
    return names_in([node]) | annotations


def _unquoted(line: str, types: Sequence[str]) -> str:
    """Write annotations without quotes: a notebook imports all types at its top."""
    for name in types:
        line = line.replace(f'"{name}"', name)
    return line


def _beside(line: str) -> str:
    """Look for files in the folder of the notebook, which is no file to Python."""
    return line.replace("Path(__file__).parent", "Path()")


def _without_flags(line: str) -> str:
    """Speak of the settings of the notebook where scripts speak of flags."""
    return _FLAG.sub(lambda found: f"args.{found[1].replace('-', '_')}", line)
