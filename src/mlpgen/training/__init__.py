"""What `training:` of a spec can name: optimizers, schedulers, losses and others.

To add one:

- An optimizer, scheduler or loss: write a class in `optimizers/`, `schedulers.py` or
  `losses/` with torch's arguments as fields, and add its name below.
- An augmentation: likewise in `augmentations.py`, and a function of its name in the
  shared module that it names as `module` (`templates/shared/`).
- A metric: a class in `metrics.py`, listed in `METRICS` there.
- A kind of data: a class in a file of `data/`, listed in `data/kinds.py`, and its
  `loader` in `templates/shared/`. A dataset with a name: `data/named_datasets.py`.

Then run `mlpgen schema`. The tests compare arguments and errors with torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.training.augmentations import Augmentation
    from mlpgen.training.losses.base import Loss
    from mlpgen.training.optimizers.base import Optimizer
    from mlpgen.training.schedulers import Scheduler

LOSSES: Catalogue[Loss] = Catalogue(
    __name__,
    {
        "losses.classification": "CrossEntropyLoss NLLLoss MultiMarginLoss "
        "MultiLabelSoftMarginLoss",
        "losses.regression": "BCEWithLogitsLoss BCELoss MSELoss L1Loss SmoothL1Loss "
        "HuberLoss PoissonNLLLoss",
    },
)
OPTIMIZERS: Catalogue[Optimizer] = Catalogue(
    __name__,
    {
        "optimizers.sgd": "SGD ASGD",
        "optimizers.adam": "Adam AdamW Adamax NAdam RAdam SparseAdam",
        "optimizers.adaptive": "Adadelta Adafactor Adagrad RMSprop Rprop",
        "optimizers.lbfgs": "LBFGS",
        "optimizers.muon": "Muon",
    },
)
SCHEDULERS: Catalogue[Scheduler] = Catalogue(
    __name__,
    {
        "schedulers": "StepLR MultiStepLR ConstantLR LinearLR ExponentialLR "
        "PolynomialLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR "
        "OneCycleLR ReduceLROnPlateau SequentialLR ChainedScheduler"
    },
)
AUGMENTATIONS: Catalogue[Augmentation] = Catalogue(
    __name__, {"augmentations": "crop flip rotate affine cutout mixup cutmix"}
)

_PAIRS = "it compares several inputs, but the model has one output"
_CALLABLE = "it needs a Python function, which a spec cannot contain"
_LEARNS = "it has parameters of its own: use `Linear` and `CrossEntropyLoss`"
REFUSED = {
    "AdaptiveLogSoftmaxWithLoss": _LEARNS,
    "LinearCrossEntropyLoss": _LEARNS,
    "CTCLoss": "it needs sequences of labels",
    "CosineEmbeddingLoss": _PAIRS,
    "GaussianNLLLoss": "it also needs a variance",
    "HingeEmbeddingLoss": _PAIRS,
    "KLDivLoss": "it needs distributions as targets",
    "MarginRankingLoss": _PAIRS,
    "MultiLabelMarginLoss": "it needs several labels for each example",
    "SoftMarginLoss": "it needs labels of -1 and 1",
    "TripletMarginLoss": _PAIRS,
    "TripletMarginWithDistanceLoss": _PAIRS,
    "LambdaLR": _CALLABLE,
    "MultiplicativeLR": _CALLABLE,
}
"""Losses and schedulers of torch that a spec cannot use, and why."""
