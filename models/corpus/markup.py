"""From a post's HTML to its paragraphs: what a reader reads, and nothing else."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

# Whatever is inside these was not written as prose, or not by the writer of the post.
_LEFT_OUT = frozenset(
    {"script", "style", "template", "noscript", "head", "code", "pre", "kbd", "samp", "iframe"}
    | {"object", "audio", "video", "svg", "canvas", "figure", "figcaption", "blockquote", "form"}
    | {"button", "select", "textarea", "table", "nav", "aside", "footer"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {"p", "div", "section", "article", "header", "main", "ul", "ol", "li"}
_BLOCKS |= {"dl", "dt", "dd", "hr", "body", "html", "address"}
_SHORTCODE = re.compile(
    r"\[/?(?:embed|audio|video|youtube|vimeo|soundcloud|bandcamp|spotify|gallery|caption|playlist"
    r"|instagram|tweet|twitter|iframe)\b[^\]]*\]",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:(?<![a-z])[a-z][a-z+.-]*://|\bwww\.)\S*", re.IGNORECASE)
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
# No section that html.parser knows: it would raise AssertionError there.
_NO_SECTION = re.compile(
    r"<!(?=\[(?!(?:temp|cdata|ignore|include|rcdata|if|else|endif)(?![-.\w])))",
    re.IGNORECASE | re.ASCII,
)
_ONLY_LINK = re.compile(r"[\W\d]*")


@dataclass(frozen=True, slots=True)
class Page:
    """A post without markup: its paragraphs in order, and its headings apart from them."""

    paragraphs: tuple[str, ...]
    headings: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, separated by empty lines."""
        return "\n\n".join(self.paragraphs)


def read_page(source: str) -> Page:
    """Return the page that HTML, or plain text, stands for. Never raises.

    Entities are decoded; code, embeds, quotations, tables, addresses and paragraphs that are
    links alone are left out. What was escaped twice is taken apart twice, so that a page read from
    a page's text is the same page.
    """
    headings: list[str] = []
    paragraphs: list[str] = []
    text = source
    while True:
        reader = _Reader()
        reader.feed(_NO_SECTION.sub(" ", text))
        reader.close()
        headings += reader.headings
        paragraphs = reader.paragraphs
        again = "\n\n".join(paragraphs)
        if again == text:
            again = _TAG_LIKE.sub(" ", text)  # tags that never end, which no parser takes
        if again == text:
            heads = (" ".join(read_page(heading).paragraphs) for heading in headings)
            return Page(tuple(paragraphs), tuple(head for head in heads if head))
        text = again


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self.headings: list[str] = []
        self._parts: list[str] = []
        self._linked = self._unlinked = 0
        self._in_link = self._around = False
        self._out: str | None = None
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._out is not None:
            self._depth += tag == self._out
        elif tag in _LEFT_OUT:
            self._out, self._depth = tag, 1
        elif tag in _BLOCKS:
            # A link that has no text yet goes around the block, and around those after it.
            self._around = self._in_link and not self._linked
            self._end()
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "a":  # without an address it is a place to link to
            self._in_link, self._around = any(name == "href" for name, _ in attrs), False

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _LEFT_OUT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._out is not None:
            self._depth -= tag == self._out
            if self._depth == 0:
                self._out = None
                self._parts.append(" ")
        elif tag in _BLOCKS:
            self._end(heading=tag in _HEADINGS)
        elif tag == "a":
            self._in_link = self._around = False

    def handle_data(self, data: str) -> None:
        if self._out is not None:
            return
        if self._in_link:
            self._linked += len(data.strip())
        else:
            self._unlinked += len(_ONLY_LINK.sub("", data))
        self._parts.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self, heading: bool = False) -> None:
        """End the paragraph in the making, and a link in it that nobody ended; one that is a link
        alone is forgotten."""
        only_link = self._linked and not self._unlinked
        text = "" if only_link else _plain("".join(self._parts))
        self._parts, self._linked, self._unlinked = [], 0, 0
        self._in_link = self._in_link and self._around
        pieces = [" ".join(piece.split()) for piece in re.split(r"\n\s*\n", text)]
        (self.headings if heading else self.paragraphs).extend(p for p in pieces if p)


def _plain(text: str) -> str:
    return _LINK.sub(" ", _SHORTCODE.sub(" ", text))
