"""What generated scripts and imports import, and what torch only does once.

The server of `processes` imports this module before it is forked for each script: the
reader of tables (polars) alone takes longer to import than most scripts to run.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from io import BytesIO

import torch
from torch import nn

for _name in (
    "torch._dynamo",
    "torch.export._trace",
    "torch.distributed",
    "torch.nn.parallel",
    "torch.optim.swa_utils",
    "matplotlib.pyplot",
    "polars",
    "PIL.ImageOps",
    "mlpgen.importer.recorder.main",
):
    with suppress(ImportError):  # without what is optional its tests are skipped
        import_module(_name)
with suppress(ImportError):
    from PIL import Image

    Image.init()

_model = nn.Linear(1, 1)
_model(torch.zeros(1, 1)).sum().backward()
torch.optim.SGD(_model.parameters()).step()
torch.save(_model.state_dict(), BytesIO())
