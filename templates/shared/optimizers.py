"""Several optimizers, each for some of the parameters, that are used as one."""

from typing import Any

from torch.optim import Optimizer


class Optimizers(Optimizer):
    """Several optimizers that step together.

    Its groups of parameters are theirs: schedulers and gradient scalers change them.

    Attributes:
        parts: The optimizers.
    """

    def __init__(self, *parts: Optimizer) -> None:
        """Take optimizers of different parameters."""
        first, *others = (part.defaults for part in parts)
        common = {
            name: value
            for name, value in first.items()
            if all(name in each for each in others)
        }
        super().__init__(
            [group for part in parts for group in part.param_groups], common
        )
        self.parts = parts

    def step(self, closure: Any = None) -> Any:
        """Update all parameters."""
        del closure  # none of them needs one
        for part in self.parts:
            part.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the states of all, and their groups."""
        states = [part.state_dict() for part in self.parts]
        groups = [group for state in states for group in state["param_groups"]]
        return {"param_groups": groups, "parts": states}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Give each its state; the groups are new ones then."""
        for part, state in zip(self.parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self.param_groups = [
            group for part in self.parts for group in part.param_groups
        ]
        for part in self.parts:
            self.state.update(part.state)
