"""Where the templates lie: those of a wheel in the package, else beside `src`.

`importlib.resources` would find them too, and takes as long as all else here.
"""

from pathlib import Path

_HERE = Path(__file__).parent
_PACKAGED = _HERE / "templates"

TEMPLATES = _PACKAGED if _PACKAGED.is_dir() else _HERE.parent.parent / "templates"
