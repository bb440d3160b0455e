"""Initializers: a class for each function of torch.nn.init.

To add one, write a class with its name in CamelCase in `functions.py`, and add its name
below. Then run `mlpgen schema`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.initializers.functions import Initializer

INITIALIZERS: Catalogue[Initializer] = Catalogue(
    __name__,
    {
        "functions": "uniform_ normal_ trunc_normal_ constant_ ones_ zeros_ eye_ "
        "dirac_ xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ "
        "orthogonal_ sparse_",
    },
)
