"""Attention masks: inputs of the call, and causal masks that `forward` makes."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from mlpgen.catalogue.component import Structural
from mlpgen.layers.base import Call, ShapeError, Value, Values
from mlpgen.layers.batch_first import HasBatchFirst
from mlpgen.layers.shapes import whole, whole_shown
from mlpgen.symbols.agreements import agree

Flag = Annotated[bool, Structural()]

FOR_EACH_HEAD = "{}.flatten(0, 1)"
"""The code of a mask for each example and head: torch has no batch of masks."""


class HasMasks(HasBatchFirst):
    """A layer with masks, named as in the signature of torch's `forward`.

    They are arguments of the call, not of the module. Each mask that is set to true is
    one more input after the others, in torch's order. A padding mask is bool, (N, L),
    true where a position is ignored. An attention mask is bool, or floats that are
    added: (L, S), or (N, heads, L, S). Causal masks are made in the call.

    Class attributes:
        masks: The masks in torch's order, with the inputs whose positions their
            dimensions are; a padding mask has one.
        causal: The fields that turn on causal attention, with the mask that each makes.
        heads: The field with the number of heads.
    """

    masks: ClassVar[dict[str, tuple[int, ...]]] = {}
    causal: ClassVar[dict[str, str]]
    heads: ClassVar[str] = "nhead"

    @classmethod
    def of_call(cls) -> tuple[str, ...]:
        """Return the names of the masks."""
        return (*cls.masks, *cls.causal)

    def check_inputs(self, values: Values) -> None:
        """Check the dtypes, and that no mask is there twice.

        Raises:
            ShapeError: MG311 or MG315.
        """
        super().check_inputs(self.unmasked(values))
        for flag, mask in self.causal.items():
            if getattr(self, flag) and getattr(self, mask):
                message = f"`{self.title()}` takes either `{mask}` or `{flag}`"
                raise ShapeError("MG311", message, argument=flag)
        for name, value in self._masks(values):
            padding = self._is_padding(name)
            if value.dtype == "bool" or (value.dtype == "float32" and not padding):
                continue
            wanted = "bool" if padding else "bool or float32"
            raise ShapeError(
                "MG315",
                f"`{name}` must be {wanted}, but is {value.dtype}",
                argument=name,
                help="declare an input as `{padding: {shape: […], dtype: bool}}`",
            )

    def check_number(self, count: int) -> None:
        """Check that each mask has an input after the others.

        Raises:
            ShapeError: MG314.
        """
        fewest, most = self.arity
        given = self._given()
        fewest, most = fewest + len(given), most - len(self.masks) + len(given)
        if fewest <= count <= most:
            return
        having = " and ".join(f"`{name}`" for name in given)
        title = f"`{self.title()}` with {having}" if given else f"`{self.title()}`"
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        noun = "input" if most == 1 else "inputs"
        others = [name for name in self.masks if name not in given]
        others = [*filter(self._is_padding, others), *others]
        more = f"`{others[0]}: true` adds a mask to the inputs" if others else ""
        raise ShapeError(
            "MG314",
            f"{title} takes {wanted} {noun}, not {count}",
            help=more if count > most else "put the masks last in `from`",
        )

    def check_masks(self, values: Values) -> None:
        """Check that masks have one value per position, or pair of positions.

        Raises:
            ShapeError: MG313.
        """
        for name, mask in self._masks(values):
            lengths = self._lengths(name, values)
            if self._is_padding(name):
                self._need(name, mask, [Value(lengths)])
            else:
                heads = getattr(self, self.heads)
                alone = Value(lengths, batched=False)
                self._need(name, mask, [alone, Value((heads, *lengths))])

    def _lengths(self, name: str, values: Values) -> tuple[int, ...]:
        """Return the number of positions of each dimension of a mask."""
        others = self.unmasked(values)
        about = (others[min(at, len(others) - 1)] for at in self.masks[name])
        return tuple(value.shape[0] for value in about)

    def _need(self, name: str, mask: Value, wanted: list[Value]) -> None:
        """Check that a mask has one of several shapes.

        Raises:
            ShapeError: MG313.
        """
        for each in wanted:
            alike = each.batched == mask.batched and len(each.shape) == len(mask.shape)
            if alike and agree(whole(each), whole(mask)):
                return
        shapes = " or ".join(whole_shown(each) for each in wanted)
        last = wanted[-1].shape
        one_for_all = len(wanted) > 1 and mask.batched and mask.shape == last[1:]
        raise ShapeError(
            "MG313",
            f"`{name}` must be {shapes}, but is {whole_shown(mask)}",
            argument=name,
            help=f"`unsqueeze: 1` and `expand: {[*map(int, last)]}` before it give "
            "each head the same mask"
            if one_for_all
            else "",
        )

    def caution(self, values: Values, spatial: int) -> ShapeError | None:
        """Warn, as torch does, about a padding mask beside a mask of floats."""
        del spatial
        kinds = {name: value.dtype for name, value in self._masks(values)}
        paddings = filter(self._is_padding, self.masks)
        masks = (name for name in self.masks if not self._is_padding(name))
        for mask, padding in zip(masks, paddings, strict=True):
            if kinds.get(mask) == "float32" and padding in kinds:
                return ShapeError(
                    "MG311",
                    f"torch warns that a `{mask}` of floats beside a bool `{padding}` "
                    "is deprecated",
                    argument=mask,
                    help="make both bool, or add the padding to the floats",
                )
        return None

    def unmasked(self, values: Values) -> Values:
        """Return the inputs that are not masks."""
        return values[: len(values) - len(self._given())]

    def called_on(
        self, order: tuple[int, ...], values: Values, **keywords: bool
    ) -> Call:
        """Return a call with the other inputs in this order, and the masks."""
        first = len(self.unmasked(values))
        named = {name: first + index for index, name in enumerate(self._given())}
        forms = {
            index: FOR_EACH_HEAD
            for name, index in named.items()
            if values[index].batched and not self._is_padding(name)
        }
        flags = [flag for flag in self.causal if getattr(self, flag)]
        return Call(
            order,
            {**keywords, **dict.fromkeys(flags, True)},
            named=named,
            forms=forms,
            causal=tuple(
                (self.causal[flag], self.masks[self.causal[flag]][0]) for flag in flags
            ),
        )

    def _is_padding(self, name: str) -> bool:
        return len(self.masks[name]) == 1

    def _given(self) -> list[str]:
        return [name for name in self.masks if getattr(self, name)]

    def _masks(self, values: Values) -> Iterator[tuple[str, Value]]:
        """Yield the masks among the inputs."""
        given = self._given()
        yield from zip(given, values[len(values) - len(given) :], strict=False)
