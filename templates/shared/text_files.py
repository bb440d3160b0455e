"""Files with one text each, which models are trained on or predict for."""

from pathlib import Path

from data_common import DataError
from data_files import FileKind
from file_errors import readable
from text_content import TEXT_ENDINGS, TextError, content_of

TEXTS = FileKind("texts", TEXT_ENDINGS)


def read_text(path: Path, encoding: str = "") -> str:
    r"""Read a text; all its lines end with \n.

    Args:
        path: The file.
        encoding: Without it, what the file begins with decides, else UTF-8.

    Raises:
        DataError: It is not a text.
    """
    if path.is_dir():
        raise DataError(
            f"{path} is a folder, not a text; a model that tells folders of texts "
            "apart ends with one value for each"
        )
    with readable(path, "is no text"):
        try:
            return content_of(path, encoding)
        except TextError as error:
            raise DataError(str(error)) from None
