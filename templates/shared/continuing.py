"""How a model goes on with a text: how far, how daringly, and by which chance."""

import argparse
import math

from torch import Tensor

from errors import RunError


class Continuing:
    """The flags of a script that goes on with texts.

    Args:
        length: Words or characters to go on, if the command line does not say it.
        units: What these are called.
    """

    def __init__(self, length: int, units: str) -> None:
        self.units = units
        self.usual = {"length": length, "temperature": 1.0, "seed": 0}

    def add(self, parser: argparse.ArgumentParser) -> None:
        """Add the flags to a command line; those that are not given are None."""
        said = {
            "length": f"{self.units} to go on",
            "temperature": "1 draws as learned, less is safer, 0 takes the likeliest",
            "seed": "of what is drawn",
        }
        for name, value in self.usual.items():
            help_ = f"{said[name]}; {value} without it"
            parser.add_argument(f"--{name}", type=type(value), help=help_)

    def settle(self, args: argparse.Namespace) -> None:
        """Give flags that are not given their values, and see that the others can be.

        Raises:
            RunError: One can't.
        """
        for name, value in self.usual.items():
            if getattr(args, name) is None:
                setattr(args, name, value)
            elif not args.files:
                raise RunError(f"--{name} needs a FILE to go on with")
        for name, least in (("length", 1), ("seed", 0)):
            if not least <= getattr(args, name) < 2**63:
                said = f"--{name} {getattr(args, name)} must be"
                raise RunError(f"{said} at least {least}, below 2**63")
        if not 0 <= args.temperature < math.inf:
            said = f"--temperature {args.temperature:g} must be"
            raise RunError(f"{said} a number of at least 0")


def drawn(values: Tensor, temperature: float) -> Tensor:
    """Draw one of what may be next by the values that a model gives to each.

    Args:
        values: Of each, (K,).
        temperature: What they are divided by; at 0 the largest is taken.

    Returns:
        Its place, int64 (1,), on the CPU.

    Raises:
        RunError: The model gives no numbers.
    """
    largest = values.max()
    if not largest.isfinite():
        said = "the model gives NaN or infinite numbers for what is next"
        raise RunError(f"{said}: train again with a smaller --lr")
    if temperature == 0:
        return values.argmax().view(1).cpu()
    below = (values - largest).double() / temperature
    return below.float().softmax(dim=0).multinomial(1).cpu()
