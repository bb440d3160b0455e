"""Masks that attention is called with: of what is padding, and of what comes later."""

from typing import Annotated, Any, ClassVar

from mlpgen.catalogue.component import Structural
from mlpgen.layers.base import Call, ShapeError, Values
from mlpgen.layers.batch_first import HasBatchFirst
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree

Flag = Annotated[bool, Structural()]


class HasMasks(HasBatchFirst):
    """Has masks under the names that torch's calls have for them.

    They are no arguments of the module. A mask of padding that is true is one more
    input behind the others: (N, L), true at what is ignored. Several stand in the order
    of the fields. The mask of what comes later is made in the call.

    Class attributes:
        paddings: The masks of padding, and which input each is about.
        causal: What says that no position looks at a later one, the mask that does it,
            and which input it is about.
    """

    paddings: ClassVar[dict[str, int]] = {}
    causal: ClassVar[tuple[str, str, int]]

    @classmethod
    def of_call(cls) -> tuple[str, ...]:
        """The masks."""
        return (*cls.paddings, cls.causal[0])

    def arguments(self) -> dict[str, Any]:
        """The masks are none of the module's."""
        given = super().arguments()
        return {name: given[name] for name in given if name not in self.of_call()}

    def check_inputs(self, values: Values) -> None:
        """The masks are bool, and the others are floats.

        Raises:
            ShapeError: MG311 or MG315.
        """
        super().check_inputs(self.unmasked(values))
        for name, value in zip(self._given(), self._masks(values), strict=True):
            if value.dtype != "bool":
                raise ShapeError(
                    "MG315",
                    f"`{name}` is bool, but {value.dtype} arrives",
                    argument=name,
                    help="write an input as `{padding: {shape: […], dtype: bool}}`",
                )

    def check_number(self, count: int) -> None:
        """As many inputs as there are masks stand behind the others.

        Raises:
            ShapeError: MG314.
        """
        fewest, most = self.arity
        given = self._given()
        fewest, most = fewest + len(given), most - len(self.paddings) + len(given)
        if fewest <= count <= most:
            return
        having = " and ".join(f"`{name}`" for name in given)
        title = f"`{self.title()}` with {having}" if given else f"`{self.title()}`"
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        noun = "input" if most == 1 else "inputs"
        others = [name for name in self.paddings if name not in given]
        more = f"with `{others[0]}: true` it takes a mask too" if others else ""
        raise ShapeError(
            "MG314",
            f"{title} takes {wanted} {noun}, not {count}",
            help=more if count > most else "name the masks last in `from`",
        )

    def check_masks(self, values: Values) -> None:
        """Refuse a mask that is not about each position.

        Raises:
            ShapeError: MG313.
        """
        others = self.unmasked(values)
        for name, mask in zip(self._given(), self._masks(values), strict=True):
            about = others[min(self.paddings[name], len(others) - 1)]
            wanted = about._replace(shape=about.shape[:1])
            flat = mask.batched and len(mask.shape) == 1
            if not flat or not agree(mask.shape[0], wanted.shape[0]):
                raise ShapeError(
                    "MG313",
                    f"`{name}` is {whole_shown(wanted)}, but {whole_shown(mask)} "
                    "arrives",
                    argument=name,
                )

    def unmasked(self, values: Values) -> Values:
        """Return the inputs that are no masks."""
        return values[: self.others(len(values))]

    def others(self, count: int) -> int:
        """Count the inputs that are no masks, of so many."""
        return count - len(self._given())

    def called_on(self, order: tuple[int, ...], count: int, **keywords: bool) -> Call:
        """Return a call of the module on the others in this order, and on the masks."""
        first = self.others(count)
        named = {name: first + index for index, name in enumerate(self._given())}
        flag, mask, index = self.causal
        if not getattr(self, flag):
            return Call(order, keywords, named=named)
        return Call(order, {**keywords, flag: True}, named=named, causal=(mask, index))

    def _given(self) -> list[str]:
        return [name for name in self.paddings if getattr(self, name)]

    def _masks(self, values: Values) -> Values:
        return values[len(self.unmasked(values)) :]
