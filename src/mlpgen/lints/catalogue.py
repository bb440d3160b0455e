"""All rules; a new one is a module with `RULES`, named here."""

from __future__ import annotations

from mlpgen.diagnostics.explanations import EXPLANATIONS
from mlpgen.lints.rules import nonlinearity, windows
from mlpgen.lints.training.catalogue import TRAINING

RULES = (*nonlinearity.RULES, *windows.RULES, *TRAINING)

PAGES = {each.code: each.page for each in RULES}
"""What each code of a rule means."""

EVERY_PAGE = dict(sorted((EXPLANATIONS | PAGES).items()))
"""What each code means, also those of mistakes."""
