"""New requests: typed or pasted, one a line, with what the parser makes of each."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from textual.widget import Widget
from textual.widgets import TextArea

from curator.domain.parsing.typed import parse_typed
from curator.domain.plain import shown
from curator.tui.pauses import Pauses
from curator.tui.screens.dialog import Dialog, Hint
from curator.tui.widgets.editor import PostLines
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import counted, fit

_READ_PAUSE = 0.1
_KEEP_PAUSE = 0.5
"""Seconds of quiet after which what is typed is written aside."""
_MOST_SHOWN = 8

Reading = tuple[str, str, int]
"""A line, the song that was found in it (empty if none), how many more songs."""


class Readings(Sheet[tuple[Reading, ...]]):
    """What each line was read as."""

    def lines(self, facts: tuple[Reading, ...], width: int) -> Iterable[Line]:
        """Return the last lines, and how many there are."""
        if not facts:
            return [[("Night Ferry – Lanterns", "faint")],
                    [("or a whole tweet; many lines are many requests", "faint")]]  # fmt: skip
        lines: list[Line] = []
        for n, (text, song, more) in list(enumerate(facts, 1))[-_MOST_SHOWN:]:
            number = (f"{n:>3}  ", "faint")
            if song:
                also = f"  and {counted(more, 'more song')}" if more else ""
                lines.append([number, (fit(song, width - 5 - len(also)), "text"), (also, "muted")])
            else:
                lead = "no song found: "
                lines.append([number, (lead, "warn"), (fit(text, width - 5 - len(lead)), "muted")])
        if len(facts) > _MOST_SHOWN:
            lines.insert(0, [(f"{counted(len(facts), 'request')}, the last of them:", "faint")])
        return lines


class NewRequest(Dialog[str]):
    """Brings back the typed text; escape keeps it for the next time.

    `keep` is told of it in every pause of the typing, and at the end.
    """

    title_text = "New requests"
    keys = (("accept", "take them in"), ("cancel", "not now, the text stays"))

    def __init__(
        self,
        text: str = "",
        keymap: Mapping[str, str] | None = None,
        keep: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(keymap)
        self.text = text
        self._keep = keep
        self._read: dict[str, Reading] = {}
        self._pauses = Pauses(self)

    @property
    def typed(self) -> str:
        """The text as it stands in the field."""
        return self.query_one(TextArea).text

    def fields(self) -> Iterable[Widget]:
        """Return the text field and what is read in it."""
        area = PostLines(self.text, id="asked", soft_wrap=True, compact=True,
                         highlight_cursor_line=False)  # fmt: skip
        area.cursor_blink = False
        yield area
        readings = Readings(id="readings")
        readings.facts = ()
        yield readings
        yield Hint(id="asked-hint")

    def on_mount(self) -> None:
        """Read what is there already."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        self._read_soon()

    def on_text_area_changed(self) -> None:
        """Read what was typed, in a moment."""
        self.text = self.query_one(TextArea).text
        self.query_one(Hint).facts = ""
        self._read_soon()
        self._pauses.later("keep", _KEEP_PAUSE, lambda: self._keep(self.text))

    def on_unmount(self) -> None:
        """Keep it however it ends, unless it was taken in."""
        if self._pauses.is_later("keep"):
            self._pauses.not_later("keep")
            self._keep(self.text)

    def _read_soon(self) -> None:
        self._pauses.later("read", _READ_PAUSE, self._read_now)

    def _read_now(self) -> None:
        self.run_worker(self._read_lines(), exclusive=True)

    async def _read_lines(self) -> None:
        """Parse what is new, in a thread: a paste may be long."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        new = [line for line in dict.fromkeys(lines) if line not in self._read]
        if new:
            self._read |= await asyncio.to_thread(lambda: {line: _reading(line) for line in new})
        if self.display:  # it may have been closed meanwhile
            self.query_one(Readings).facts = tuple(self._read[line] for line in lines)

    def action_accept(self) -> None:
        """Bring the text back."""
        if self.text.strip():
            self._pauses.not_later("keep")
            self.dismiss(self.text)
        else:
            self.query_one(Hint).facts = "There is nothing to ask for yet."


def _reading(line: str) -> Reading:
    songs = parse_typed(line)
    if not songs:
        return shown(line, 200), "", 0
    parts = (songs[0].artist, songs[0].title)
    song = " – ".join(shown(part, 200) for part in parts if part)
    return shown(line, 200), song, len(songs) - 1
