"""Small mistakes that a person could make in a Python file or a template."""

from __future__ import annotations

import ast
import re
from difflib import unified_diff
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Mutant(NamedTuple):
    """One mistake.

    Attributes:
        path: The file, from the root of the repository.
        line: Where it is.
        kind: The kind of mistake.
        start: Start of the text that is replaced.
        end: Its end.
        new: What replaces it.
    """

    path: str
    line: int
    kind: str
    start: int
    end: int
    new: str

    def applied(self, text: str) -> str:
        """Return the text of the file with the mistake."""
        return text[: self.start] + self.new + text[self.end :]

    def lines(self, text: str) -> tuple[str, str]:
        """Return the lines before and after, without their spaces."""
        first = text.rfind("\n", 0, self.start) + 1
        last = text.find("\n", self.end)
        rest = text[self.end : last if last >= 0 else None]
        before = text[first : self.end] + rest
        after = text[first : self.start] + self.new + rest
        return " ".join(before.split()), " ".join(after.split())

    def diff(self, text: str) -> str:
        """Show the mistake."""
        lines = text.splitlines(), self.applied(text).splitlines()
        found = unified_diff(*lines, self.path, self.kind, lineterm="", n=1)
        return "\n".join(found)


def mutants(path: str, text: str) -> list[Mutant]:
    """List all mistakes to try in a file, in order."""
    found = _of_template if path.endswith(".jinja") else _of_python
    return sorted(set(found(path, text)), key=lambda each: (each.start, each.kind))


_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def _of_python(path: str, text: str) -> Iterator[Mutant]:
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    raw = text.encode()

    def place(row: int, column: int) -> int:
        """Count characters; the tree counts bytes."""
        return len(raw[: starts[row - 1] + column].decode())

    tree = ast.parse(text)
    for node in _reached(tree):
        for kind, old, new in _changes(node):
            assert old.end_lineno is not None
            assert old.end_col_offset is not None
            start = place(old.lineno, old.col_offset)
            end = place(old.end_lineno, old.end_col_offset)
            code = new if isinstance(new, str) else ast.unparse(new)
            if isinstance(old, ast.expr) and not isinstance(new, ast.Constant):
                code = f"({code})"  # whatever stands around it
            yield Mutant(path, old.lineno, kind, start, end, code)


def _reached(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree without types and docstrings."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "bases", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _without_meaning(child):
                yield from _reached(child)


def _without_meaning(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.AnnAssign):  # examples of layers decide nothing
        return ast.unparse(node.target).startswith("example")
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


Change = tuple[str, "ast.expr | ast.stmt", "ast.AST | str"]


def _changes(node: ast.AST) -> Iterator[Change]:
    """List possible mistakes in one node: kind, replaced node, replacement."""
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BinOp) and not _is_text(node):
        other = _ARITHMETIC.get(type(node.op))
        if other is not None:
            yield "operator", node, ast.BinOp(node.left, other(), node.right)
    elif isinstance(node, ast.BoolOp):
        word: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", node, ast.BoolOp(word, node.values)
    elif isinstance(node, ast.UnaryOp):
        yield "sign", node, node.operand
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "condition", node.test, _negated(node.test)
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield "condition", test, ast.Constant(value=True)
    elif isinstance(node, ast.Call):
        yield from _arguments(node)
    elif isinstance(node, ast.stmt) and _can_go(node):
        yield "statement", node, "pass"


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        ops = [*node.ops]
        ops[index] = _COMPARISONS[type(operator)]()
        yield "comparison", node, ast.Compare(node.left, ops, node.comparators)


def _constants(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield "constant", node, ast.Constant(value=not node.value)
    elif isinstance(node.value, int):
        yield "constant", node, ast.Constant(value=node.value + 1)
        if node.value:
            yield "constant", node, ast.Constant(value=node.value - 1)


def _arguments(node: ast.Call) -> Iterator[Change]:
    if len(node.args) < 2 or any(isinstance(x, ast.Starred) for x in node.args[:2]):
        return
    first, second, *others = node.args
    if ast.unparse(first) != ast.unparse(second):
        swapped = [second, first, *others]
        yield "arguments", node, ast.Call(node.func, swapped, node.keywords)


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(each, ast.JoinedStr)
        or (isinstance(each, ast.Constant) and isinstance(each.value, str))
        for each in (node.left, node.right)
    )


def _can_go(node: ast.stmt) -> bool:
    """Tell whether a function works without a statement."""
    if isinstance(node, ast.Assign):
        return not isinstance(node.targets[0], ast.Name | ast.Tuple)
    return isinstance(
        node, ast.Expr | ast.AugAssign | ast.Raise | ast.Continue | ast.Break
    )


_CONDITION = re.compile(r"\{%-?\s*(?:if|elif)\s+(.+?)\s*-?%\}")


def _of_template(path: str, text: str) -> Iterator[Mutant]:
    """Drop lines, and negate conditions."""
    start, comment = 0, False
    for row, line in enumerate(text.splitlines(keepends=True), 1):
        comment = comment or "{#" in line
        if not comment and line.strip():
            if "{%" not in line:
                yield Mutant(path, row, "line", start, start + len(line), "")
            for match in _CONDITION.finditer(line):
                first, last = (start + each for each in match.span(1))
                new = f"not ({match[1]})"
                yield Mutant(path, row, "condition", first, last, new)
        comment = comment and "#}" not in line
        start += len(line)
