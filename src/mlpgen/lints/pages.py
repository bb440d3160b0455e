"""What each code means: the pages of rules and of mistakes, for who asks about them."""

from __future__ import annotations

from mlpgen.diagnostics.codes import WARNINGS, Codes
from mlpgen.diagnostics.explanations.every import EXPLANATIONS
from mlpgen.lints import unneeded
from mlpgen.lints.catalogue import RULES

PAGES = {each.code: each.page for each in RULES} | {unneeded.CODE: unneeded.PAGE}
"""What each code of a rule means."""

EVERY_PAGE = dict(sorted((EXPLANATIONS | PAGES).items()))
"""What each code means, also those of mistakes."""

CODES = Codes(EVERY_PAGE.keys(), WARNINGS | PAGES.keys())
"""All codes, and those of warnings and hints."""
