"""Einstein summation."""

from math import prod
from typing import Annotated, ClassVar

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.functions.base import NUMBERS, Operation, same_dtypes
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import kept_batch, whole, whole_shown
from mlpgen.symbols.agreements import agree

Sizes = dict[str, int]


class Einsum(Operation):
    """Multiplies the inputs and sums over the letters that the result lacks.

    The first letter of every input with a batch, and of the result, is the batch.
    """

    arity: ClassVar = (1, 8)
    dtypes: ClassVar = NUMBERS
    returns_input: ClassVar = "always"
    example: ClassVar = 'einsum: "nij,nkj->nik"'
    example_inputs: ClassVar = (Value((4, 8)), Value((6, 8)))
    rule: ClassVar = "as the equation says: nij,nkj->nik"

    equation: Annotated[str, Structural(), Expects("an equation, such as nij,nkj->nik")]

    def results(self, values: Values) -> dict[str, Value]:
        """Return the sizes of the letters after the arrow."""
        same_dtypes("einsum", values)
        inputs, output = self._parsed(len(values))
        sizes = _sizes(inputs, values)
        unknown = [letter for letter in output if letter not in sizes]
        if unknown or len(set(output)) < len(output):
            what = (
                f"`{unknown[0]}`, which is in no input" if unknown else "a letter twice"
            )
            message = f"the result of `{self.equation}` has {what}"
            raise ShapeError("MG311", message, argument="equation")
        shape = tuple(sizes[letter] for letter in output)
        return {"": kept_batch("einsum", shape, values)}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count one input after the other, like torch without `opt_einsum`."""
        inputs, output = self._parsed(len(values))
        terms = [_known(*each) for each in zip(inputs, values, strict=True)]
        found, total = terms[0], 0
        for index, term in enumerate(terms[1:], 1):
            later = set(output).union(*inputs[index + 1 :])
            found, work = _product(found, term, later)
            total += work
        return total

    def _parsed(self, count: int) -> tuple[list[str], str]:
        """Split the equation; without an arrow, keep all letters that occur once."""
        left, arrow, output = self.equation.replace(" ", "").partition("->")
        inputs = left.split(",")
        letters = "".join(inputs)
        if not (letters + output + "a").isascii() or not (letters + "a").isalpha():
            message = f"`{self.equation}` is not an einsum equation"
            raise ShapeError("MG311", message, argument="equation")
        if len(inputs) != count:
            message = f"`{self.equation}` has {len(inputs)} inputs, but got {count}"
            raise ShapeError("MG314", message, argument="equation")
        if not arrow:
            output = "".join(sorted(x for x in set(letters) if letters.count(x) == 1))
        return inputs, output

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("torch.einsum", leading=(self.equation,))


def _sizes(inputs: list[str], values: Values) -> Sizes:
    """Return the size of each letter; a size of 1 fits any other size.

    Raises:
        ShapeError: MG302 and MG313: letters and dimensions do not fit.
    """
    sizes: Sizes = {}
    for letters, value in zip(inputs, values, strict=True):
        shape = whole(value)
        if len(letters) != len(shape):
            message = f"`{letters}` has {len(letters)} dimensions, but "
            message += f"{whole_shown(value)} has {len(shape)}"
            raise ShapeError("MG302", message, argument="equation")
        for index, (letter, size) in enumerate(zip(letters, shape, strict=True)):
            known = sizes.get(letter, 1)
            twice = letter in letters[:index]
            if not agree(known, size) and (twice or 1 not in (known, size)):
                message = f"`{letter}` is {_size(known)} and {_size(size)}"
                raise ShapeError("MG313", message, argument="equation")
            sizes[letter] = size if known == 1 else known
    return sizes


def _size(size: int) -> str:
    return "the batch" if size == -1 else str(int(size))


def _known(letters: str, value: Value) -> Sizes:
    """Return the sizes of one input; the batch counts once."""
    shape = (1, *value.shape) if value.batched else value.shape
    return dict(zip(letters, shape, strict=True))


def _product(left: Sizes, right: Sizes, later: set[str]) -> tuple[Sizes, int]:
    """Multiply two inputs, and sum over the letters that are not needed later.

    Returns:
        The sizes of the product, and its multiply-adds: none without a sum over both.
    """
    both = {
        letter: right.get(letter, 1) if left.get(letter, 1) == 1 else left[letter]
        for letter in left | right
    }
    done = set(both) - later
    summed = {x for x in done if left.get(x, 1) != 1 and right.get(x, 1) != 1}
    kept = {letter: size for letter, size in both.items() if letter not in done}
    work = prod(kept.values()) * prod(both[letter] for letter in summed)
    return kept, work if summed else 0
