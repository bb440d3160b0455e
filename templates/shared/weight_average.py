"""An exponential moving average of the weights of a model, buffers included."""

from typing import Any

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


class WeightAverage(AveragedModel):
    """An exponential moving average whose decay ramps up.

    At step s the decay is min(decay, (1 + s) / (10 + s)), so that the initial weights
    are forgotten after a few steps, in a short training too
    (https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage).
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        """Start with the weights of a model; the first update copies them."""
        super().__init__(model, multi_avg_fn=self._move, use_buffers=True)
        self.decay = decay

    def _move(self, averages: Any, values: Any, _: Tensor | int) -> None:
        """Move averages, all on one device and of one dtype, towards values."""
        step = int(self.n_averaged)  # on the CPU, so that no device is waited for
        decay = min(self.decay, (1 + step) / (10 + step))
        move = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call, unused-ignore]
        move(averages, values, step)
