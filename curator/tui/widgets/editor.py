"""The editor over a card: the text, and below it what the edit changed, word by word."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from curator.domain.diff import word_diff
from curator.domain.plain import shown
from curator.domain.tweet_text import weigh
from curator.tui.keys import bindings
from curator.tui.pauses import caught_up, tell
from curator.tui.widgets.inked import Line, Sheet, runs
from curator.tui.wording import counted, pasted, wrap

_MOST_LINES = 6


class Area(TextArea):
    """A text field that may be painted once more while it is being removed."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines; empty ones once the styles are gone, for which Textual would fail."""
        if not self.is_attached:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)


class PostArea(Area):
    """A text field for one paragraph: nothing hidden gets in by pasting."""

    # Textual calls the handler of the base class after this one.
    async def _on_paste(self, event: events.Paste) -> None:
        event.text = pasted(event.text)


class PostLines(Area):
    """A text field for many lines: nothing hidden gets in by pasting."""

    async def _on_paste(self, event: events.Paste) -> None:
        lines = event.text.splitlines()
        event.text = "\n".join(pasted(line) for line in lines)


@dataclass(frozen=True, slots=True)
class DiffFacts:
    """A text as it was written and as it is now."""

    written: str
    now: str


class DiffView(Sheet[DiffFacts]):
    """What the edit takes out, struck through, and what it puts in, underlined."""

    def lines(self, facts: DiffFacts, width: int) -> Iterable[Line]:
        """Return the changed text; one quiet line while nothing has changed."""
        changes = word_diff(facts.written, facts.now)
        length = weigh(facts.now)
        count = (f"{length.length:,} of {length.limit}", "muted" if length.left >= 0 else "bad")
        if all(op == "same" for op, _ in changes):
            return [[("as it was written   ", "faint"), count]]
        out = sum(len(text.split()) for op, text in changes if op == "del")
        new = sum(len(text.split()) for op, text in changes if op == "add")
        said = [f"{counted(n, 'word')} {way}" for n, way in ((out, "out"), (new, "in")) if n]
        head = [(f"{', '.join(said) or 'spaces'}   ", "accent"), count]
        return [head, *list(_wrapped(changes, width))[:_MOST_LINES]]


_INKS = {"same": "muted", "del": "removed", "add": "added"}


def _wrapped(changes: Iterable[tuple[str, str]], width: int) -> Iterable[Line]:
    """Return the changes in lines; breaks are found in the text with both kinds of words."""
    pieces = [(shown(text), _INKS[op]) for op, text in _apart(changes)]
    whole = "".join(text for text, _ in pieces)
    inks = [ink for text, ink in pieces for _ in text]
    at = 0
    for line in wrap(whole, width):
        at = whole.index(line, at) if line else at
        yield runs(line, inks[at : at + len(line)])
        at += len(line)


def _apart(changes: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Yield the changes with a space between a word that goes and the one that comes."""
    before = ""
    for op, text in changes:
        if before and text and not before.endswith(" ") and not text.startswith(" "):
            yield "same", " "
        yield op, text
        before = text


class Editor(Vertical):
    """A text under edit; it stays mounted, hidden, when it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("edit")

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Resized(Message):
        """The editor needs another height."""

        def __init__(self, height: int) -> None:
            super().__init__()
            self.height = height

    class Left(Message):
        """The curator leaves; the draft is to be kept."""

    def __init__(self, save: Callable[[str], None]) -> None:
        """`save` is called with a text that is to be kept, before the screen's next key."""
        super().__init__(id="editor")
        self._save = save
        self._written = ""
        self._height = 0

    def compose(self) -> ComposeResult:
        """Lay the editor out."""
        area = PostArea(id="post-area", soft_wrap=True, compact=True, highlight_cursor_line=False)
        area.cursor_blink = False
        yield area
        yield DiffView(id="diff")

    @property
    def text(self) -> str:
        """The text as it stands, without line breaks."""
        return " ".join(self.query_one(PostArea).text.split())

    def open(self, written: str, text: str, width: int) -> int:
        """Begin with a text at this width; returns the height that it needs.

        `written` is the text as the model wrote it.
        """
        self._written = written
        self.display = True
        self.styles.width = width + 1
        area = self.query_one(PostArea)
        area.load_text(text)
        area.move_cursor(area.document.end)
        self.take_focus()
        return self._fit(width)

    def take_focus(self) -> None:
        """Have what is typed from here on: at once, unlike `focus`, or the next key would still be
        a command of the desk."""
        self.screen.set_focus(self.query_one(PostArea), scroll_visible=False)

    def _fit(self, width: int) -> int:
        """Set the heights of the parts for the text; returns their sum."""
        text = self.query_one(PostArea).text
        area = self.query_one(PostArea)
        laid_out = area.size.width > 0
        rows = area.wrapped_document.height if laid_out else len(wrap(text, max(width - 1, 2)))
        rows = min(max(rows, 1), _MOST_LINES)
        area.styles.height = rows
        diff = self.query_one(DiffView)
        diff.facts = DiffFacts(self._written, " ".join(text.split()))
        below = len(list(diff.lines(diff.facts, width)))
        self._height = rows + below
        self.styles.height = self._height
        return self._height

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Show what the edit changes."""
        event.stop()
        self.refit()
        self.post_message(self.Typed(self.text))

    def refit(self) -> None:
        """Ask for another height if the text needs it."""
        height, width = self._height, self.content_size.width - 1
        if width > 0 and self._fit(width) != height:
            self.post_message(self.Resized(self._height))

    def on_resize(self) -> None:
        """The text wraps in another way now."""
        self.call_after_refresh(self.refit)

    def action_save(self) -> None:
        """Keep the text, with what was typed before this key and is on its way to the field; what
        comes behind it is for the desk, once the text is kept."""
        area, screen = self.query_one(PostArea), self.screen
        screen.set_focus(None)

        async def save() -> None:
            await caught_up(area)
            self._save(self.text)

        screen.call_later(save)

    async def action_leave(self) -> None:
        """Leave it."""
        await tell(self.query_one(PostArea), self.Left())

    def action_as_written(self) -> None:
        """Go back to the text as it was written; the field's own undo takes that back."""
        area = self.query_one(PostArea)
        area.replace(self._written, area.document.start, area.document.end)
