"""Attention masks: padding masks as inputs, and causal masks made by `forward`."""

from typing import Annotated, Any, ClassVar

from mlpgen.catalogue.component import Structural
from mlpgen.layers.base import Call, ShapeError, Values
from mlpgen.layers.batch_first import HasBatchFirst
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree

Flag = Annotated[bool, Structural()]


class HasMasks(HasBatchFirst):
    """A layer with masks, named as in the signature of torch's `forward`.

    They are arguments of the call, not of the module. A padding mask that is set to
    true is one more input after the others: (N, L), true where a position is ignored.
    Several follow in the order of the fields. The causal mask is made in the call.

    Class attributes:
        paddings: The padding masks, with the index of the input that each is for.
        causal: The field that turns on causal attention, the argument for the causal
            mask, and the index of the input that it is for.
    """

    paddings: ClassVar[dict[str, int]] = {}
    causal: ClassVar[tuple[str, str, int]]

    @classmethod
    def of_call(cls) -> tuple[str, ...]:
        """Return the names of the masks."""
        return (*cls.paddings, cls.causal[0])

    def arguments(self) -> dict[str, Any]:
        """Leave out the masks."""
        given = super().arguments()
        return {name: given[name] for name in given if name not in self.of_call()}

    def check_inputs(self, values: Values) -> None:
        """Check that masks are bool and the other inputs floats.

        Raises:
            ShapeError: MG311 or MG315.
        """
        super().check_inputs(self.unmasked(values))
        for name, value in zip(self._given(), self._masks(values), strict=True):
            if value.dtype != "bool":
                raise ShapeError(
                    "MG315",
                    f"`{name}` must be bool, but is {value.dtype}",
                    argument=name,
                    help="declare an input as `{padding: {shape: […], dtype: bool}}`",
                )

    def check_number(self, count: int) -> None:
        """Check that each padding mask has an input after the others.

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
        more = f"`{others[0]}: true` adds a mask to the inputs" if others else ""
        raise ShapeError(
            "MG314",
            f"{title} takes {wanted} {noun}, not {count}",
            help=more if count > most else "put the masks last in `from`",
        )

    def check_masks(self, values: Values) -> None:
        """Check that each mask has one value per position.

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
                    f"`{name}` must be {whole_shown(wanted)}, but is "
                    f"{whole_shown(mask)}",
                    argument=name,
                )

    def unmasked(self, values: Values) -> Values:
        """Return the inputs that are not masks."""
        return values[: self.others(len(values))]

    def others(self, count: int) -> int:
        """Count the inputs that are not masks, given the number of all inputs."""
        return count - len(self._given())

    def called_on(self, order: tuple[int, ...], count: int, **keywords: bool) -> Call:
        """Return a call with the other inputs in this order, and the masks."""
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
