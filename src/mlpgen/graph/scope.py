"""The parameters that expressions of a class can use, and what resolving it finds."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.symbols.evaluation import evaluate
from mlpgen.symbols.expressions import Expression, ExpressionError, names_in_text
from mlpgen.symbols.sizes import Size, either, names_of, sum_of
from mlpgen.symbols.substitution import Replacements
from mlpgen.symbols.sums import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlpgen.layers.base import Shape
    from mlpgen.source import Path
    from mlpgen.symbols.agreements import Agreement
    from mlpgen.symbols.type_names import ParameterValue

INDEX = "index"
"""The name of the round number in expressions."""


class Noted(NamedTuple):
    """Two sizes that a layer requires to be equal.

    Attributes:
        agreement: The sizes.
        path: The path of the layer.
        guards: The conditions under which the layer runs.
    """

    agreement: Agreement
    path: Path
    guards: tuple[Expression, ...] = ()


class Findings:
    """What is found while the layers of one class are resolved.

    Attributes:
        used: The parameters that expressions use.
        unknowns: The paths that cause sizes without code, by the keys of their atoms.
        agreements: Sizes with equal values but different code, with the layer that
            requires them to be equal, by the keys of their sums.
    """

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.unknowns: dict[str, Path] = {}
        self.agreements: dict[tuple[str, ...], Noted] = {}
        self.running: dict[Path, str] = {}

    def copy(self) -> Findings:
        """Return an independent copy."""
        found = Findings()
        for name, each in vars(self).items():
            setattr(found, name, each.copy())
        return found

    def take(self, other: Findings) -> None:
        """Add what was found with other values of the parameters."""
        for name in ("used", "unknowns", "running"):
            getattr(self, name).update(getattr(other, name))


class Scope(NamedTuple):
    """The parameters that expressions can use, and what was found so far.

    Attributes:
        parameters: Those of the spec or the block, with their values.
        found: What was found in this class.
        title: The block whose layers these are; empty for the model.
        fixed: The parameters whose values are written into the code.
        free: The sizes of inputs that each call of `forward` has anew, with the free
            sizes of the model that change them.
        checked: Whether shapes must fit; if not, only the code is wanted, and what does
            not fit passes through.
        values: The local values of the class, as the spec writes them.
        sizes: The names of the sizes of a block's inputs.
    """

    parameters: Mapping[str, ParameterValue]
    found: Findings
    title: str = ""
    fixed: frozenset[str] = frozenset()
    free: Mapping[str, frozenset[str]] = MappingProxyType({})
    checked: bool = True
    values: Mapping[str, Any] = MappingProxyType({})
    sizes: tuple[str, ...] = ()

    def evaluate(self, text: str) -> Expression:
        """Evaluate `${…}` with the names of this class.

        Raises:
            ExpressionError: It is not an expression that has a value.
        """
        known, fixed = self.parameters, self.fixed
        if not self.values:
            return evaluate(text, known, fixed, needed=self.checked)
        from mlpgen.symbols.local_values import evaluate_with

        return evaluate_with(
            self.values, text, known, fixed, needed=self.checked, free=self.free
        )

    def names_behind(self, raw: object) -> frozenset[str]:
        """Return the names in a part of a spec, and those that its values need."""
        names = names_in_text(raw)
        if not self.values:
            return names
        from mlpgen.symbols.local_values import behind

        return behind(names, self.values)

    def value_path(self, name: str) -> Path:
        """Return the path of a local value of this class."""
        block = ("blocks", self.title) if self.title else ()
        return (*block, "values", name)

    def unknown(self, size: int, path: Path, behind: frozenset[str]) -> int:
        """Return a size that no code can express.

        Args:
            size: Its value.
            path: The path of the cause.
            behind: The parameters that it depends on.
        """
        key = f"{self.title}{path}{len(self.found.unknowns)}"
        found = Size.unknown(int(size), key, behind)
        self.keep(found, path)
        return found

    def keep(self, size: int, path: Path) -> None:
        """Remember what causes a size that no code can express."""
        for atom in sum_of(size).atoms:
            self.found.unknowns.setdefault(atom, path)

    def note(
        self,
        agreements: Iterable[Agreement],
        path: Path,
        guards: tuple[Expression, ...] = (),
    ) -> None:
        """Keep the sizes that a layer requires to be equal, if their code differs."""
        codes = [guard.code for guard in guards]
        for each in agreements:
            one, other = (sum_of(size).key for size in each)
            if one != other:
                noted = Noted(each, path, guards)
                self.found.agreements.setdefault((one, other, *codes), noted)

    def guard(self, condition: Expression, before: int) -> None:
        """Add the condition of a layer to what was noted last.

        Args:
            condition: The condition.
            before: How many there were before.
        """
        for key in [*self.found.agreements][before:]:
            noted = self.found.agreements.pop(key)
            self.note([noted.agreement], noted.path, (condition, *noted.guards))

    def either(self, condition: Expression, one: Shape, other: Shape) -> Shape:
        """Return a shape that is one of two, for any parameters.

        Args:
            condition: Whether it is the first.
            one: The first.
            other: The second, with as many sizes.
        """
        pairs = zip(one, other, strict=True)
        return tuple(either(condition, a, b) for a, b in pairs)

    def outside(
        self, values: Mapping[str, ParameterValue | Expression], path: Path
    ) -> Callable[[int], int]:
        """Express sizes of a class that this one uses by the parameters of this one.

        Args:
            values: The values of the parameters of that class here.
            path: The path of the use.

        Returns:
            A function of a size in terms of the parameters of that class.
        """
        replacements = Replacements(values, f"{self.title}{path}")

        def outside(size: int) -> int:
            if not isinstance(size, Size):
                return size
            behind = _behind(size, values)
            if any(isinstance(atom, Variable) for atom in size.sum.walk()):
                behind = frozenset[str]().union(*map(_names, values.values()))
                return self.unknown(size, path, behind) if behind else int(size)
            if not behind:
                return int(size)
            try:
                found = replacements.of(size)
            except ExpressionError:
                return self.unknown(size, path, behind)
            self.keep(found, path)
            return found

        return outside


def scope_of_model(
    parameters: Mapping[str, ParameterValue],
    sizes: Mapping[str, int],
    values: Mapping[str, Any],
) -> Scope:
    """Return the scope of a model.

    Args:
        parameters: Its parameters with their values.
        sizes: Its free sizes with their examples.
        values: Its local values.
    """
    free = {name: frozenset((name,)) for name in sizes}
    return Scope({**parameters, **sizes}, Findings(), free=free, values=values)


def _behind(
    size: int, values: Mapping[str, ParameterValue | Expression]
) -> frozenset[str]:
    """Return the names in the values of the names in a size."""
    found = (_names(values.get(each)) for each in names_of(size))
    return frozenset[str]().union(*found)


def _names(value: ParameterValue | Expression | None) -> frozenset[str]:
    """Return the names in a value, or in the items of a list."""
    if isinstance(value, Expression):
        return value.names
    if isinstance(value, tuple):
        return frozenset[str]().union(*map(_names, value))
    return names_of(value) if isinstance(value, Size) else frozenset()
