"""Inlines definitions of shared modules into a notebook, with all that they use."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.modules import shared_modules
from mlpgen.scripts.imports import imported_names, used_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from mlpgen.styles.layout import Lines

ONE_PROCESS = "RANK, RANKS = 0, 1  # one process"
_RANKS = frozenset(["RANK", "RANKS"])
_FLAG = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_CONSTANTS = frozenset(["weights", "weights_except", "freeze"])
"""Flags that a notebook has constants for: where its training starts."""


class SharedModule(NamedTuple):
    """A shared module.

    Attributes:
        lines: Its lines.
        definitions: Its definitions by name, in order.
        shared: The shared modules that it imports names from, by name.
        imports: Its other imports by name, in the form that `import_lines` takes.
        types: Names that it imports only for annotations.
    """

    lines: Sequence[str]
    definitions: Mapping[str, ast.stmt]
    shared: Mapping[str, str]
    imports: Mapping[str, str]
    types: Sequence[str]


@cache
def parse_module(text: str) -> SharedModule:
    """Parse a shared module, or a module for notebooks only."""
    tree = ast.parse(text)
    shared: dict[str, str] = {}
    imports: dict[str, str] = {}
    for node in _imports(tree):
        source = node.module if isinstance(node, ast.ImportFrom) else ""
        if source and _is_shared(source):
            shared |= {each.name: f"shared/{source}" for each in node.names}
        else:
            imports |= imported_names(node)
    definitions = {each: node for node in tree.body for each in _defined(node)}
    types = [
        each.asname or each.name
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    ]
    return SharedModule(text.split("\n"), definitions, shared, imports, types)


def _is_shared(name: str) -> bool:
    return name in shared_modules()


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of a module, also those only for types."""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.If) else [node]
        yield from (
            each for each in inner if isinstance(each, ast.Import | ast.ImportFrom)
        )


def _defined(node: ast.stmt) -> list[str]:
    """Return the names that a statement of a module defines."""
    match node:
        case ast.ClassDef() | ast.FunctionDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(name)]):
            return [name]
        case ast.AnnAssign(target=ast.Name(name)):
            return [name]
    return []


class NoDefinitionError(Exception):
    """A shared module does not define a name that a notebook needs.

    Attributes:
        module: Its path in `templates/`, without `.py`.
        name: The name.
    """

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name
        super().__init__(f"{module} does not define {name}")


class TwoDefinitionsError(Exception):
    """A notebook needs a name of two shared modules, which would be one in it."""

    def __init__(self, name: str, *modules: str) -> None:
        super().__init__(f"{name} is defined by {' and '.join(modules)}")


class Inliner:
    """Copies definitions out of shared modules, each once.

    Attributes:
        imports: The imports of the modules so far, by name.
    """

    def __init__(self, read: Callable[[str], str], classes: Collection[str]) -> None:
        """Start with no definition.

        Args:
            read: Reads a shared module.
            classes: Names of the model's classes; definitions of these names are
                renamed.
        """
        self._read = read
        self.imports: dict[str, str] = {}
        self._taken: dict[str, str] = {}  # the module of each name
        names = "|".join(map(re.escape, classes))
        self._hidden = re.compile(rf"(?<![\w.])({names})\b")

    def take(self, name: str, *roots: str) -> Lines:
        """Return the lines of definitions, with all they use that was not taken before.

        Args:
            name: The path of the module in `templates/`, without `.py`.
            roots: Names of the definitions.
        """
        wanted: dict[str, set[str]] = {}
        ranks = self._follow(name, roots, wanted)
        lines: list[str] = [ONE_PROCESS] if ranks - self._taken.keys() else []
        self._taken |= dict.fromkeys(ranks, "")
        for each in self._in_order(wanted):
            module = self._module(each)
            self.imports |= dict(map(self._import, module.imports.items()))
            for shown in _texts(module, wanted[each]):
                single = len(shown) == 1 and len(lines) == 1
                plain = [_unquoted(line, module.types) for line in shown]
                lines += [*([] if single or not lines else ["", ""]), *plain]
        return tuple(self._renamed(_without_flags(_in_folder(line))) for line in lines)

    def _renamed(self, line: str) -> str:
        return self._hidden.sub(r"\1_", line)

    def _import(self, item: tuple[str, str]) -> tuple[str, str]:
        """Import a name under another one if it is that of a class."""
        name, need = item
        other = self._renamed(name)
        return (name, need) if name == other else (other, f"{need} as {other}")

    def _follow(
        self, name: str, roots: Sequence[str], wanted: dict[str, set[str]]
    ) -> set[str]:
        """Collect all that definitions use into `wanted`; return the names of ranks."""
        ranks: set[str] = set()
        waiting = [(name, root) for root in roots]
        while waiting:
            at, root = waiting.pop()
            if root in _RANKS:
                ranks.add(root)
                continue
            if root in self._taken:
                if self._taken[root] != at:
                    raise TwoDefinitionsError(root, self._taken[root], at)
                continue
            self._taken[root] = at
            wanted.setdefault(at, set()).add(root)
            module = self._module(at)
            if root not in module.definitions:
                raise NoDefinitionError(at, root)
            for used in _used(module.definitions[root]):
                if used in module.definitions:
                    waiting.append((at, used))
                elif used in module.shared:
                    waiting.append((module.shared[used], used))
        return ranks

    def _in_order(self, wanted: Mapping[str, set[str]]) -> list[str]:
        """Sort modules so that each comes after those it imports from."""
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

    def _module(self, name: str) -> SharedModule:
        return parse_module(self._read(name))


def _texts(module: SharedModule, names: set[str]) -> Iterator[list[str]]:
    """Yield definitions in the order of their module, with constants together."""
    constants: list[str] = []
    for name, node in module.definitions.items():
        if name not in names:
            continue
        lines = [*module.lines[_first_line(node) - 1 : node.end_lineno]]
        if isinstance(node, ast.Assign | ast.AnnAssign):
            constants += lines
            continue
        if constants:
            yield constants
            constants = []
        yield lines
    if constants:
        yield constants


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


@cache
def _used(node: ast.stmt) -> set[str]:
    """Return the names that a definition uses, also in quoted annotations.

    Definitions are those of `parse_module`: each is looked through once.
    """
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    annotations = {
        word
        for each in texts
        if isinstance(each, str) and len(each) < 40
        for word in re.findall(r"\w+", each)
    }
    return used_names([node]) | annotations


def _unquoted(line: str, types: Sequence[str]) -> str:
    """Remove quotes around annotations: a notebook imports all types at its top."""
    for name in types:
        line = line.replace(f'"{name}"', name)
    return line


def _in_folder(line: str) -> str:
    """Replace the folder of the file: a notebook has no `__file__`."""
    return line.replace("Path(__file__).parent", "Path()")


def _without_flags(line: str) -> str:
    """Replace mentions of flags by what a notebook has: `args.epochs`, `WEIGHTS`."""
    return _FLAG.sub(lambda found: _setting(found[1].replace("-", "_")), line)


def _setting(name: str) -> str:
    return name.upper() if name in _CONSTANTS else f"args.{name}"
