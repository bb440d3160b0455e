"""Which files are opened as images: those that hold pixels, and nothing that is run.

This module needs no torch.
"""

import warnings
from pathlib import Path
from typing import Any

from data_folders import is_no_file

FORMATS = (
    *("AVIF", "BMP", "GIF", "ICO", "JPEG", "JPEG2000", "PNG", "PPM", "QOI", "TGA"),
    *("TIFF", "WEBP"),
)
"""What Pillow may open, by its names; of EPS and others it runs what they say."""


class PictureError(ValueError):
    """Why a file is not opened as an image, in a few words."""


def picture(path: Path) -> Any:
    """Read the beginning of an image: its size and its mode.

    Raises:
        PictureError: It has another format, or more pixels than Pillow lets it have.
    """
    from PIL import Image, UnidentifiedImageError

    if is_no_file(path):
        raise PictureError("it is no file")
    warnings.filterwarnings("ignore", module="PIL")  # what is wrong is raised as well
    Image.init()
    known = [each for each in FORMATS if each in Image.OPEN]
    try:
        return Image.open(path, formats=known)
    except UnidentifiedImageError:
        raise PictureError(f"it is none of {', '.join(known)}") from None
    except Image.DecompressionBombError:
        most = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        raise PictureError(f"over {most:,} pixels, make it smaller") from None
