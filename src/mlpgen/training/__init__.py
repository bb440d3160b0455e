"""What `training:` of a spec may name: optimizers, schedulers, losses and others."""

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
