"""What recurrent layers have in common: their states, parts, weights and work."""

from math import prod
from typing import Annotated, ClassVar

from mlpgen.catalogue.component import Inferred, Positive, Structural
from mlpgen.layers.base import (
    Call,
    Returned,
    Shape,
    ShapeError,
    Value,
    Values,
    need_dims,
)
from mlpgen.layers.batch_first import HasBatchFirst
from mlpgen.layers.recurrent_lengths import (
    LAST_OF_EACH,
    LENGTHS,
    ONE_EACH,
    check_lengths,
)
from mlpgen.layers.recurrent_states import ALL_OUT, States
from mlpgen.symbols.work_limit import STEPS_OF_A_LAYER, spend

Flag = Annotated[bool, Structural()]


class Recurrent(HasBatchFirst):
    """Base of recurrent layers; `gates` is the number of matrices per step.

    Initial states may follow the sequence, as another layer returns them; without them
    they are zero. With `lengths`, the length of each sequence is the last input, and
    no padding is read.

    The multiply-adds are those of the matrix products, for a sequence without padding.
    torch counts the same, except where a library runs a whole LSTM at once.
    """

    gates: ClassVar[int]
    needs_batch: ClassVar = True
    states: ClassVar[tuple[str, ...]] = ("hidden",)
    arity: ClassVar[tuple[int, int]] = (1, 3)
    example_input: ClassVar = (20, 8)
    example_inputs: ClassVar[tuple[Value, ...]] = (Value((20, 8)), Value((16,)))
    rule: ClassVar = (
        "(N, L, input_size), state (N, D·hidden_size), lengths (N,) → output "
        "(N, L, D·hidden_size), hidden (N, D·hidden_size), last (N, D·hidden_size), "
        "h_n (N, D·num_layers, hidden_size); D is 2 if `bidirectional`, and 1 otherwise"
    )
    saves_output: ClassVar = "always"  # all do with cuDNN, an `LSTM` always

    input_size: Inferred = None
    hidden_size: Positive
    num_layers: Positive = 1

    @classmethod
    def of_call(cls) -> tuple[str, ...]:
        """Return the name of the argument that adds lengths to the inputs."""
        return (LENGTHS,)

    def check_number(self, count: int) -> None:
        """Check that all states are there or none, and the lengths if they are asked.

        Raises:
            ShapeError: MG314.
        """
        most = 1 + len(self.states) + self._packs()
        if 1 + self._packs() <= count <= most:
            return
        title = f"`{self.title()}`"
        title += " with `lengths`" if self._packs() else ""
        few = "put the lengths last in `from`"
        many = f"with `{LENGTHS}: true` the last input is the length of each sequence"
        raise ShapeError(
            "MG314",
            f"{title} takes {1 + self._packs()} to {most} inputs, not {count}",
            help=few if count < most else "" if self._packs() else many,
        )

    def check_inputs(self, values: Values) -> None:
        """Check the dtypes, and the shape of the lengths.

        Raises:
            ShapeError: MG311, MG313 or MG315.
        """
        sequence, states, lengths = self._parted(values)
        if not lengths and [value.dtype for value in states[-1:]] == ["int64"]:
            raise ShapeError(
                "MG315",
                f"an initial state of `{self.title()}` must be float32, but is int64",
                help=f"with `{LENGTHS}: true` the last input is the length of each "
                "sequence",
            )
        for value in lengths:
            check_lengths(self, value, states)
        super().check_inputs((sequence, *states))

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer `input_size` from the last dimension."""
        need_dims(self, shape, "(N, L, input_size)", 2)
        return {"input_size": shape[-1]}

    def results(self, values: Values) -> dict[str, Value]:
        """Return the outputs, the last of them, and the final states in two forms."""
        value, given, _ = self._parted(values)
        states = self._states(values)
        states.check(self, given)
        output = (value.shape[0], states.directions * states.sizes["hidden"])
        shapes = {
            "output": output,
            "hidden": states.shape("hidden"),
            "last": output[1:],
            **{name: states.shape(name) for name in self.states[1:]},
            **{part: states.shape(name, every=True) for part, name in self._every()},
        }
        return {part: value._replace(shape=shape) for part, shape in shapes.items()}

    def _states(self, values: Values) -> States:
        """Return the states, in the form of the initial ones."""
        _, given, _ = self._parted(values)
        every = any(len(value.shape) > 1 for value in given[:1])
        sizes = dict(zip(self.states, self._sizes(), strict=True))
        return States(sizes, self.num_layers, self._directions(), every)

    def _sizes(self) -> tuple[int, ...]:
        """Return the size of each state."""
        return (self.hidden_size,)

    def _every(self) -> list[tuple[str, str]]:
        """Return the parts with the final states of all layers, in torch's words."""
        return [(f"{name[0]}_n", name) for name in self.states]

    def _packs(self) -> bool:
        return bool(getattr(self, LENGTHS))

    def _parted(self, values: Values) -> tuple[Value, Values, Values]:
        """Split the inputs into the sequence, initial states, and lengths."""
        first, *others = values
        count = len(others) - self._packs()
        return first, tuple(others[:count]), tuple(others[count:])

    def called(self, values: Values) -> Call:
        """Pass states with the layers and directions before the batch."""
        _, given, lengths = self._parted(values)
        states = tuple(range(1, 1 + len(given)))
        forms = dict.fromkeys(states, self._states(values).code_in())
        at = len(values) - 1
        if any(each.shape for each in lengths):
            forms[at] = ONE_EACH
        return Call(
            (0,),
            states=states,
            forms=forms,
            packs=at if lengths else None,
        )

    def returned(self) -> Returned:
        """Return outputs and final states, which have the layers before the batch."""
        return ("output", self.states if self.states[1:] else self.states[0])

    def picks(self, values: Values) -> dict[str, tuple[str, str]]:
        """Pick the final states in both forms, and the output at the last step."""
        final = self._states(values).code_out()
        return {
            "hidden": ("hidden", final),
            "last": self._last(),
            **{name: (name, final) for name in self.states[1:]},
            **{part: (name, ALL_OUT) for part, name in self._every()},
        }

    def _last(self) -> tuple[str, str]:
        """Pick the output at the last step; of one direction it is the state there."""
        if not self._packs():
            return ("output", "{}[:, -1]")
        return ("hidden", "{}[-1]") if self._directions() == 1 else LAST_OF_EACH

    def weights(self) -> dict[str, Shape]:
        """Return the weights on input and state, for each layer and direction."""
        spend(int(self.num_layers) * STEPS_OF_A_LAYER)
        found: dict[str, Shape] = {}
        for index in range(self.num_layers):
            for suffix in ("", "_reverse")[: self._directions()]:
                shapes = self._of_direction(first=index == 0)
                found |= {
                    f"{name}_l{index}{suffix}": shape for name, shape in shapes.items()
                }
        return found

    def _of_direction(self, *, first: bool) -> dict[str, Shape]:
        rows = self.gates * self.hidden_size
        state = self._sizes()[0]
        below = (self.input_size or 0) if first else state * self._directions()
        found: dict[str, Shape] = {
            "weight_ih": (rows, below),
            "weight_hh": (rows, state),
        }
        return {**found, **self._biases(rows), **self._projection()}

    def _biases(self, rows: int) -> dict[str, Shape]:
        biased: bool = getattr(self, "bias")
        return {"bias_ih": (rows,), "bias_hh": (rows,)} if biased else {}

    def _projection(self) -> dict[str, Shape]:
        return {}

    def parameters(self) -> int:
        """Count the first layer, and the others, which are equal."""
        return self._in_all_layers(1)

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """Count one for each weight that is not a bias, at every step."""
        del output
        return shape[0] * self._in_all_layers(2)

    def _in_all_layers(self, dims: int) -> int:
        """Count the values of all weights with at least `dims` dimensions."""
        first, other = (
            sum(
                prod(each)
                for each in self._of_direction(first=first).values()
                if len(each) >= dims
            )
            for first in (True, False)
        )
        return self._directions() * (first + (self.num_layers - 1) * other)

    def _directions(self) -> int:
        return 2 if getattr(self, "bidirectional") else 1

    def caution(self, values: Values, spatial: int) -> ShapeError | None:
        """Warn about dropout without a second layer."""
        del values, spatial
        dropout: float = getattr(self, "dropout")
        if dropout == 0 or self.num_layers != 1:
            return None
        return ShapeError(
            "MG311",
            f"`dropout` {dropout:g} acts between layers, but `num_layers` is 1",
            argument="dropout",
            help="put a `Dropout` after it, or increase `num_layers`",
        )
