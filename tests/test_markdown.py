"""Descriptions in notebooks are shown verbatim, with any Markdown in them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlpgen import api
from mlpgen.output.ipynb import as_text, unpack
from mlpgen.scripts.notebook.markdown import paragraph

from .networks import network

if TYPE_CHECKING:
    from mlpgen.scripts.notebook.cell import Cell

HOSTILE = [
    "A" * 85 + " %% " + "B" * 80,
    "A" * 85 + " %%markdown " + "B" * 80,
    "A" * 85 + " # %% " + "B" * 80,
    "A" * 85 + " # %% [markdown] " + "B" * 80,
    "{% endcall %} {{ header }} {% raw %}",
    "# a heading",
    "- a list",
    "+ a list",
    "12. a list",
    "1) a list",
    "> a quote",
    "--- === ~~~ ```",
    "A" * 85 + " === " + "B" * 80,
    "A" * 85 + " --- " + "B" * 80,
    "A" * 85 + " 7. " + "B" * 80,
    "A" * 85 + " - " + "B" * 80,
    "*a* **b** _c_ __d__ `e` ~~f~~ my_own_net 2 * 3 * 4",
    "<script>alert(1)</script> <b>c</b> <!-- d --> </p>",
    "&amp; &lt; &#42; &copy;",
    r"$x^2$ $$y$$ \(z\) \[w\] \begin{a} \$5 \\",
    "[a](b) ![c](d) <http://e.org> http://f.org www.g.org h@i.org [j]: k",
    "a | b | c",
    ":smile: a: b ::error::c",
    'quotes " and \' and """',
    "    code",
    "end \\",
    "– ‘typography’ × ümläut 日本",
]
TAGS = {"h1", "p", "span", "html"}


class Seen(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.blocks: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert not attrs
        self.tags.add(tag)
        self.blocks += [""] * (tag in ("h1", "p"))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        self.blocks[-1:] = [*(block + data for block in self.blocks[-1:])]


def shown(markdown: str) -> list[str]:
    """Return the visible paragraphs; besides them, there is only a heading."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    seen = Seen(reader.render(markdown))
    assert seen.tags <= TAGS
    for text in seen.texts:  # no formula begins in one text and ends in it
        assert text in ("$", "\\") or not {"$", "\\"} & {*text}
    return [block.strip() for block in seen.blocks]


def cells(description: str, **more: Any) -> list[Cell]:
    spec = {"name": "Net", "input": [4], "layers": [{"Linear": 2}], **more}
    loaded = network(spec | {"description": description})
    (content,) = api.render(loaded, notebook=True).values()
    found = unpack(content)
    assert found is not None
    return found


@pytest.mark.parametrize("description", HOSTILE)
def test_a_description_is_one_cell(description: str) -> None:
    first, *others = cells(description)
    assert first.kind == "markdown"
    title, text, size, run = shown(first.source)
    assert title == "Net"
    assert text.split() == description.split()
    assert (size, run) == (
        "10 parameters in 1 layer.",
        "Run the cells from top to bottom.",
    )
    wanted = cells("plain")[1:]
    assert [each.kind for each in others] == [each.kind for each in wanted]
    assert [each for each in others if each.kind == "markdown"] == [
        each for each in wanted if each.kind == "markdown"
    ]


@given(st.text(st.sampled_from(" ab1.)#+-*_`~<>&;:[](){}!|$\\%=@/\n"), max_size=60))
def test_any_markdown_is_shown_verbatim(text: str) -> None:
    assert " ".join(shown("\n".join(paragraph(text)))).split() == text.split()


@given(st.text(max_size=60))
def test_no_text_is_raw(text: str) -> None:
    for line in paragraph(text):
        assert line == "".join(c for c in line if c.isprintable() or not c.isascii())
        assert not {*"\u202e\u2066\u2028\ud800\x1b\x85"} & {*line}


def test_plain_words_stay_as_they_are() -> None:
    text = "A 784-128-64-10 perceptron (for digits), 97.5 % right; see README.md!"
    assert paragraph(text) == [text]


def test_different_cells_have_different_text() -> None:
    """So that the header's hash detects a split cell."""
    from mlpgen.scripts.notebook.cell import Cell

    one = [Cell("code", "a\n# %%\nb")]
    two = [Cell("code", "a"), Cell("code", "b")]
    three = [Cell("code", "a\n\\# %%\nb")]
    marks = [Cell("markdown", "a\n%%\nb")]
    texts = {as_text(each) for each in (one, two, three, marks)}
    assert len(texts) == 4
