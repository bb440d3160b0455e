"""What `training:` of a spec may name: optimizers, schedulers, losses and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.training.augmentation import Augmentation
    from mlpgen.training.loss import Loss
    from mlpgen.training.optimizer import Optimizer
    from mlpgen.training.scheduler import Scheduler

LOSSES: Catalogue[Loss] = Catalogue(
    __name__,
    {
        "classification": "CrossEntropyLoss NLLLoss MultiMarginLoss "
        "MultiLabelSoftMarginLoss",
        "reconstruction": "BCEWithLogitsLoss BCELoss MSELoss L1Loss SmoothL1Loss "
        "HuberLoss PoissonNLLLoss",
    },
)
OPTIMIZERS: Catalogue[Optimizer] = Catalogue(
    __name__,
    {
        "descent": "SGD ASGD",
        "adam": "Adam AdamW Adamax NAdam RAdam SparseAdam",
        "adaptive": "Adadelta Adafactor Adagrad RMSprop",
        "curvature": "LBFGS Muon Rprop",
    },
)
SCHEDULERS: Catalogue[Scheduler] = Catalogue(
    __name__,
    {
        "scheduler": "StepLR MultiStepLR ConstantLR LinearLR ExponentialLR "
        "PolynomialLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR "
        "OneCycleLR ReduceLROnPlateau SequentialLR ChainedScheduler"
    },
)
AUGMENTATIONS: Catalogue[Augmentation] = Catalogue(
    __name__, {"augmentation": "crop flip rotate affine cutout mixup cutmix"}
)

_PAIRS = "it compares two outputs or several inputs, which a chain does not have"
_CALLABLE = "it takes a Python function, which a spec cannot hold"
_LEARNS = "it has parameters of its own: use `Linear` and `CrossEntropyLoss`"
REFUSED = {
    "AdaptiveLogSoftmaxWithLoss": _LEARNS,
    "LinearCrossEntropyLoss": _LEARNS,
    "CTCLoss": "it takes sequences of labels",
    "CosineEmbeddingLoss": _PAIRS,
    "GaussianNLLLoss": "it takes a variance as well",
    "HingeEmbeddingLoss": _PAIRS,
    "KLDivLoss": "it takes distributions as targets",
    "MarginRankingLoss": _PAIRS,
    "MultiLabelMarginLoss": "it takes several labels for each example",
    "SoftMarginLoss": "it takes labels of -1 and 1",
    "TripletMarginLoss": _PAIRS,
    "TripletMarginWithDistanceLoss": _PAIRS,
    "LambdaLR": _CALLABLE,
    "MultiplicativeLR": _CALLABLE,
}
"""Parts that torch has and a spec cannot use, and why."""
