"""Lengths of sequences: recurrent layers that read no padding."""

from mlpgen.layers.base import Layer, ShapeError, Value, Values
from mlpgen.layers.shapes import whole_shown

LENGTHS = "lengths"
"""The argument that adds the length of each sequence to the inputs."""

LAST_OF_EACH = ("output", "{0}[torch.arange({0}.shape[0]), {lengths} - 1]")
"""The output at the last step of each sequence; see `Layer.picks`."""

ONE_EACH = "{}.squeeze(1)"
"""The code of lengths that are (N, 1) in torch's form, (N,)."""


def check_lengths(layer: Layer, lengths: Value, others: Values) -> None:
    """Check that there is a whole number for each sequence, (N,) or (N, 1).

    Raises:
        ShapeError: MG313 or MG315.
    """
    title = f"the lengths of `{layer.title()}`"
    if lengths.dtype != "int64":
        raise ShapeError(
            "MG315",
            f"{title} must be int64, but are {lengths.dtype}",
            argument=LENGTHS,
            help="put the lengths last in `from`"
            if any(value.dtype == "int64" for value in others)
            else "`long` before it makes whole numbers of them",
        )
    if not lengths.batched or lengths.shape not in ((), (1,)):
        raise ShapeError(
            "MG313",
            f"{title} must be (N,) or (N, 1), one for each sequence, but are "
            f"{whole_shown(lengths)}",
            argument=LENGTHS,
        )
