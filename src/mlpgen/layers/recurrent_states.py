"""States of recurrent layers: where the batch is in them, and how they come and go.

torch puts layers and directions before the batch. Here the batch is first, and a state
has one of two forms: that of the last layer with its directions side by side,
(N, directions * size), which is the usual one, or that of all layers,
(N, directions * layers, size).
"""

from typing import NamedTuple

from mlpgen.layers.base import Layer, Shape, ShapeError, Value, Values
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree

_LAST_IN = {1: "{}.unsqueeze(0)", 2: "torch.stack({}.chunk(2, dim=1))"}
_LAST_OUT = {1: "{}[-1]", 2: "torch.cat([{0}[-2], {0}[-1]], dim=1)"}
_ALL_IN = "{}.transpose(0, 1).contiguous()"
ALL_OUT = "{}.transpose(0, 1)"
"""The code of the states of all layers, with the batch first."""
FORM_OF_LAST = tuple(_LAST_OUT.values())
"""The codes that leave out the states of other layers than the last."""
FORMS = {
    **{code: _LAST_IN[directions] for directions, code in _LAST_OUT.items()},
    ALL_OUT: _ALL_IN,
}
"""The codes of final states, and that of an initial state which undoes each."""


class States(NamedTuple):
    """The states of a layer, and their forms.

    Attributes:
        sizes: The size of each state, in the order of torch.
        layers: The number of layers.
        directions: 1 or 2.
        every: Whether they are those of all layers.
    """

    sizes: dict[str, int]
    layers: int
    directions: int
    every: bool = False

    def shape(self, name: str, *, every: bool | None = None) -> Shape:
        """Return the shape of a state, in this form or in another one."""
        if self.every if every is None else every:
            return (self.directions * self.layers, self.sizes[name])
        return (self.directions * self.sizes[name],)

    def code_in(self) -> str:
        """Return the code that brings an initial state into torch's form."""
        return _ALL_IN if self.every else _LAST_IN[self.directions]

    def code_out(self) -> str:
        """Return the code that brings a final state into this form."""
        return ALL_OUT if self.every else _LAST_OUT[self.directions]

    def check(self, layer: Layer, given: Values) -> None:
        """Check initial states.

        Raises:
            ShapeError: MG313.
        """
        for name, state in zip(self.sizes, given, strict=False):
            alone = self.every or agree(self.layers, 1)
            fits = len(state.shape) == 1 + self.every and alone and state.batched
            if fits and agree(self.shape(name), state.shape):
                continue
            forms = [Value(self.shape(name, every=True))]
            if self.layers == 1 and (state is given[0] or not self.every):
                forms.insert(0, Value(self.shape(name, every=False)))
            wanted = " or ".join(map(whole_shown, forms))
            several = self.layers > 1
            title = f"`{layer.title()}`"
            whose = f"{int(self.layers)} layers of {title}" if several else title
            raise ShapeError(
                "MG313",
                f"an initial state of {whose} must be {wanted}, but is "
                f"{whole_shown(state)}",
                help="`h_n` and `c_n` of a layer are the states of all its layers"
                if several and not self.every
                else "",
            )


def need_both_states(layer: Layer, count: int) -> None:
    """Refuse only one of the two states of an `LSTM` or its cell.

    Raises:
        ShapeError: MG314.
    """
    if count == 1:
        raise ShapeError(
            "MG314",
            f"`{layer.title()}` needs both a hidden state and a cell, or neither",
            help="list both: `from: [input, encoder.hidden, encoder.cell]`",
        )
