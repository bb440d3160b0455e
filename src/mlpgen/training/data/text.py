"""A text whose continuation is learned, or texts that each are of something.

`{text: book.txt}`, `{text: folder}`, `{text: reviews.csv, column: review, target:
stars}`: the keys and the output of the model say which.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects
from mlpgen.training.data.base import Conflict
from mlpgen.training.data.user_data import Encoding, Separator, Share, UserData

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.training.data.base import Input, Task

PLAIN = (".txt", ".md", ".text")
"""Endings of files with one text."""
TABLES = (".csv", ".tsv")
"""Endings of files with a text in each row."""
LONGEST = 40
"""Most characters of a path in a message."""
LENGTHS = "lengths"
"""The name of the input that gets how long texts are."""
LEAST = 4
"""Places of a vocabulary: padding, the unknown, and two words."""


class Text(UserData):
    """A text to learn what is next in, or texts of classes: a folder, or a CSV file.

    An example is as long as the input; `by: lines` makes one of each line.
    """

    loader: ClassVar = "data_text"
    example: ClassVar = "beginning.txt"
    continues: ClassVar = True
    dtypes: ClassVar = ("int64",)

    test: Share = 0.2
    text: Annotated[
        str,
        Field(
            min_length=1,
            description="A file; or a folder with a folder of texts for each class.",
        ),
    ]
    by: Annotated[
        Literal["characters", "lines"],
        Field(
            description="Whether the text is continuous, or each line is an example."
        ),
    ] = "characters"
    units: Annotated[
        Literal["characters", "words"],
        Field(description="What a text is a sequence of."),
    ] = "characters"
    vocabulary: Annotated[
        Annotated[int, Field(ge=LEAST)] | None,
        Field(
            description="How many different words are known, the most frequent ones, "
            "with a place for padding and one for unknown words. Default: as many as "
            "the embedding has."
        ),
        Expects(f"a whole number of at least {LEAST}"),
    ] = None
    column: Annotated[
        str, Field(min_length=1, description="Of a CSV file, the column of texts.")
    ] = ""
    target: Annotated[
        str, Field(min_length=1, description="Of a CSV file, the column to learn.")
    ] = ""
    separator: Separator = ""
    encoding: Encoding = ""

    @classmethod
    def kind(cls) -> str:
        """Return the key that names the path."""
        return "text"

    @property
    def ending(self) -> str:
        """The ending of the file's name, in lower case."""
        return PurePosixPath(self.text).suffix.lower()

    @property
    def shown(self) -> str:
        """The path, without its beginning if it is long."""
        return self.text if len(self.text) <= LONGEST else f"…{self.text[-LONGEST:]}"

    def for_output(self, output: Sequence[int]) -> Text:
        """Return the kind of text that a model with this output learns from."""
        kind: type[Text] = WordsInText if self.units == "words" else Text
        one_each = len(output) == 1 and "by" not in self.model_fields_set
        if self.column or self.target or (one_each and self.ending in TABLES):
            kind = TextTable
        elif one_each and self.ending not in PLAIN:
            kind = TextFolder
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return kind.model_construct(self.model_fields_set, **given)

    def conflict(self) -> Conflict | None:
        """Return what contradicts itself."""
        return next(self.conflicts(), None)

    def conflicts(self) -> Iterator[Conflict]:
        """Find keys that do not go together."""
        if self.vocabulary is not None and self.units == "characters":
            message = "`vocabulary` is for words: every character has a place"
            yield Conflict("vocabulary", message, "write `units: words`")
        if self.separator:
            message = "`separator` is for a csv file with `column` and `target`"
            yield Conflict("separator", message, "")

    def too_small(self, known: int, classes: int) -> Conflict | None:
        """Return a vocabulary that the model is too small for.

        Args:
            known: How many integers its embedding takes; 0 without one.
            classes: The number of values that the model gives of a step.
        """
        words = self.vocabulary or 0
        message = f"`vocabulary` is {words}, but the "
        if 0 < known < words:
            message += f"embedding of the input has {known} places"
            return Conflict("vocabulary", message, f"write `num_embeddings: {words}`")
        if self.continues and 0 < classes < words:
            message += f"output has {classes} values, one for each word"
            return Conflict("vocabulary", message, f"end with `Linear: {words}`")
        return None

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and the length of an example."""
        classes = task.goal.classes
        most = min(classes, task.known or classes)
        return {
            "path": self.path,
            "length": task.shape[0],
            "vocabulary": self.vocabulary or most,
            "padding": task.ignored if self.by == "lines" else None,
            "encoding": self.encoding,
            "test": self.test,
        }

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Check that the shape is (L,)."""
        if len(shape) == 1:
            return "", ""
        return f"a text has one dimension, but `input` is {[*shape]}", ""


class WordsInText(Text):
    """A text; the model predicts the next word after each one."""

    loader: ClassVar = "data_words"
    metrics: ClassVar = ("perplexity",)


class LabeledTexts(Text):
    """Texts that each are of a class, or have a number."""

    loader: ClassVar = "data_labeled_texts"
    named_loader: ClassVar = "data_texts_with_lengths"
    named_dtypes: ClassVar = ("int64",)
    continues: ClassVar = False
    single_texts: ClassVar = True
    numbers_rows: ClassVar = True

    def refuses(self, inputs: Sequence[Input]) -> tuple[str, str]:
        """Refuse inputs other than a text and its length."""
        names = [each.name for each in inputs]
        of_texts = len(inputs[0].shape) == 1 and inputs[1].shape in ((), (1,))
        if names[1:] == [LENGTHS] and of_texts:
            return "", ""
        message = f"texts are one input, and `{LENGTHS}` may be a second one; "
        message += f"here are {', '.join(f'`{name}`' for name in names)}"
        if names[1:] == [LENGTHS]:
            message = f"`{LENGTHS}` is one number for each text, but its shape is "
            message += f"{[*inputs[1].shape]}"
        return message, f"write `{LENGTHS}: {{shape: [], dtype: int64}}`"

    def conflicts(self) -> Iterator[Conflict]:
        """Find keys that do not go together."""
        if "by" in self.model_fields_set:
            message = "`by` parts one text, but here each text has a target of its own"
            yield Conflict("by", message, "leave it out")
        if self.vocabulary is not None and self.units == "characters":
            message = "`vocabulary` is for words; characters have as many places as the"
            yield Conflict("vocabulary", f"{message} embedding", "write `units: words`")

    def too_small(self, known: int, classes: int) -> Conflict | None:
        """Return a vocabulary that the model is too small for, or that is unknown."""
        if known or self.vocabulary is not None:
            return super().too_small(known, classes)
        message = f"it is not known how many {self.units} the model takes"
        help_ = "begin with `Embedding: {num_embeddings: 10000, embedding_dim: 64}`"
        if self.units == "words":
            help_ += ", or write `vocabulary: 10000`"
        return Conflict("text", message, help_)

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path, what a text becomes, and what to learn."""
        names = [each.name for each in task.inputs]
        alone = any(not each.shape for each in task.inputs)
        return {
            "path": self.path,
            "column": self.column,
            **({"target": self.target} if self.target else {}),
            "separator": self.separator,
            "encoding": self.encoding,
            "units": self.units,
            "test": self.test,
            **({"names": names} if names else {}),
            **({"alone": True} if alone else {}),
            "length": task.shape[0],
            "vocabulary": self.vocabulary or task.known,
            "front": task.last_step and not names,
            "goal": task.goal,
        }


class TextTable(LabeledTexts):
    """Texts in a column of a CSV file; another column is the target."""

    example: ClassVar = "texts.csv"
    numbers: ClassVar = True
    single: ClassVar = True
    standardizes: ClassVar = True

    def conflicts(self) -> Iterator[Conflict]:
        """Find keys that do not go together."""
        yield from super().conflicts()
        if self.ending not in TABLES:
            key = "column" if self.column else "target"
            message = f"`{key}` is for a csv file, but `text` is `{self.shown}`"
            yield Conflict(key, message, "name a file that ends with `.csv` or `.tsv`")
        elif not self.column:
            key = "target" if self.target else "text"
            message = "the texts of a csv file are in a column"
            yield Conflict(
                key, message, "write `column: review`, by the file's line of names"
            )
        elif not self.target:
            message = "the texts of `column` need a column that says what each is"
            yield Conflict("column", message, "write `target: stars`")
        elif self.column == self.target:
            message = f"`{self.target}` cannot be learned from itself"
            yield Conflict("target", message, "name another column")


class TextFolder(LabeledTexts):
    """Texts in a folder for each class."""

    example: ClassVar = "text.txt"
    binary: ClassVar = True

    def conflicts(self) -> Iterator[Conflict]:
        """Find keys that do not go together."""
        yield from super().conflicts()
        if self.separator:
            message = "`separator` is for a csv file, but `text` is "
            yield Conflict("separator", f"{message}`{self.shown}`, a folder", "")
