"""What is asked of the curator in dialogs: new requests, songs, tags, filters; and the help.

Dialogs are imported when they are opened: the first paint needs none of them.
"""

import asyncio
from contextlib import suppress
from typing import Literal

from textual import events

from curator.domain.filtering import Filter, FilterError
from curator.domain.finding import Candidate
from curator.domain.records import Song
from curator.tui import facts
from curator.tui.screens.everywhere import Everywhere
from curator.tui.screens.judging import Judging
from curator.tui.widgets.filter_line import FilterLine
from curator.tui.wording import counted

_MOST_PASTED = 200_000
_SIDE = ("-queue-on", "-queue-off")
FILTER_PAUSE = 0.15
"""Seconds of quiet after which the typed filter is used."""


class Asking(Judging, Everywhere):
    """Opens the dialogs and takes what they bring back."""

    _line: FilterLine | None = None
    _came_from: str | None = None
    """The request that the curator was on when the filter began to be typed."""
    _side: tuple[str, ...] = ()
    """How the queue was set before the filter showed it."""

    # New requests

    def action_new(self) -> None:
        """Ask for words on a song."""
        from curator.tui.screens.new_request import NewRequest

        def typed(text: str) -> None:
            self.desk.aside.text = text
            self._write_aside()

        def closed(text: str | None) -> None:
            if text:
                self.desk.aside.take(text)
                self.run_worker(self._take(text))

        dialog = NewRequest(self.desk.aside.text, self.keymap, typed)

        self.app.push_screen(dialog, closed)

    async def _take(self, text: str) -> None:
        """Take the lines in: one is turned to at once, many wait for their turn."""
        requests = await asyncio.to_thread(self.desk.asking.read, text)
        idle = self.request_id is None
        self.desk.asking.take(requests)
        self.desk.aside.taken(text)
        self._write_aside()
        if len(requests) == 1 or idle:
            self.go_to(requests[0].id)
        self.say(f"{counted(len(requests), 'request')} taken in", "good")

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted at the desk becomes a request to look over, never a row of keys."""
        if self.focused is None and self.desk.is_open and event.text.strip():
            event.stop()
            text = f"{self.desk.aside.text.rstrip()}\n{event.text}".lstrip()
            self.desk.aside.text = text[:_MOST_PASTED]
            self._write_aside()
            self.action_new()
            if len(text) > _MOST_PASTED:
                self.notify("That was too much at once: its end was left out.", severity="warning")

    def put_aside(self) -> int:
        """Keep what was typed and not taken in, for the next sitting; return its lines."""
        from curator.tui.screens.new_request import NewRequest

        if isinstance(self.app.screen, NewRequest):
            self.desk.aside.text = self.app.screen.typed
        self._write_aside()
        return self.desk.aside.lines

    def _write_aside(self) -> None:
        self.run_worker(self._have_aside_written, thread=True)

    def _have_aside_written(self) -> None:
        # What can't be written is still there while the desk is.
        with suppress(OSError):
            self.desk.aside.write()

    # The song, tags

    def action_song(self) -> None:
        """Correct the song."""
        request_id = self.request_id
        if request_id is None:
            return
        from curator.tui.screens.song import SongDialog

        state = self.desk.looking_up.state(request_id)

        def closed(song: Song | Candidate | Literal["none"] | None) -> None:
            if song is None:
                return
            if not isinstance(song, Song):
                self._choose(request_id, song)
                return
            if self.desk.asking.correct(request_id, song) is None:
                self.say("the song is as it was")
                return
            self.say("the song is corrected", "good")
            self.face()
            self.show_all()

        dialog = SongDialog(
            state.song,
            self.keymap,
            candidates=state.found.candidates if state.found else (),
            doubtful=state.doubtful,
        )
        self.app.push_screen(dialog, closed)

    def _choose(self, request_id: str, which: Candidate | Literal["none"]) -> None:
        """Say which of the songs that were found it is."""
        if isinstance(which, Candidate):
            self.desk.looking_up.choose(request_id, which)
            self.say(f"it is {facts.song_name(Song(which.artist, which.title), '')}", "good")
        else:
            self.desk.looking_up.dismiss(request_id)
            self.say("it is none of them: nothing is taken from what was found")
        self.face()
        self.show_all()

    def action_tags(self) -> None:
        """Tag the sample."""
        card = self._card()
        if card is None:
            return
        from curator.tui.screens.tags import TagsDialog

        def closed(tags: tuple[str, ...] | None) -> None:
            if tags is not None and self.desk.judging.tag(card.sample.id, tags):
                self.show_cards()
                self.say(f"{counted(len(tags), 'tag')} on {card.number}" if tags else "no tags now")

        used = self.desk.ledger.session.events("tagged")
        known = {t for e in used for t in str(e.data.get("tags") or "").split("\n") if t}
        self.app.push_screen(TagsDialog(card.judgement.tags, sorted(known), self.keymap), closed)

    # The filter

    @property
    def filter_line(self) -> FilterLine | None:
        """The filter's line, while it is shown."""
        line = self._line
        return line if line is not None and line.display else None

    async def action_filter(self) -> None:
        """Type a filter."""
        self._came_from = self.request_id
        if self.filter_line is None:
            self._side = tuple(name for name in _SIDE if self.has_class(name))
        self._set_side("-queue-on")
        if self._line is None:
            self._line = FilterLine(id="filter")
            await self.query_one("#side").mount(self._line, before=0)
        self._line.open()
        self.show_keys()

    def _set_side(self, *names: str) -> None:
        for name in _SIDE:
            self.set_class(name in names, name)

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        """Use the filter, once the typing pauses."""
        if self.filter_line is not None:
            self.pauses.later("filter", FILTER_PAUSE, lambda: self._use_filter(message.text))

    def _use_filter(self, text: str) -> bool:
        line = self.filter_line
        if line is None:
            return False
        error = ""
        try:
            wanted = Filter.parse(text)
        except FilterError as wrong:
            wanted, error = Filter(), str(wrong)
        self.desk.queue.filter = wanted
        count = counted(len(self.desk.queue.ids()), "request")
        line.say(error or (count if wanted.terms else "all requests"), "bad" if error else "muted")
        queue, ids = self.desk.queue, self.desk.queue.ids()
        if queue.place(self._came_from) is not None:
            self.go_to(self._came_from)
        elif queue.place(self.request_id) is None:
            self.go_to(queue.after(None) or (ids[0] if ids else None))
        self.show_all()
        return not error

    def on_filter_line_kept(self) -> None:
        """Go back to judging with the filter kept."""
        line = self.filter_line
        self.pauses.not_later("filter")
        if line is not None and self._use_filter(line.text):
            self.set_focus(None)
            if not self.desk.queue.filter.terms:
                self.clear_filter()
            self._came_from = None
            self.show_keys()

    def leave_filter(self) -> None:
        """Go back to judging if a filter is being typed: one that is understood is kept."""
        if self._is_filtering():
            self.on_filter_line_kept()
            if self._is_filtering():
                self.clear_filter()

    def _is_filtering(self) -> bool:
        line, focused = self.filter_line, self.focused
        return line is not None and focused is not None and line in focused.ancestors_with_self

    def on_filter_line_cleared(self) -> None:
        """Show all requests again."""
        self.clear_filter()

    def clear_filter(self) -> None:
        """Show all requests again."""
        self.pauses.not_later("filter")
        self.set_focus(None)
        if self._line is not None:
            self._line.close()
        if self.has_class("-queue-on"):  # else it was hidden while the filter was kept
            self._set_side(*self._side)
        self.desk.queue.filter = Filter()
        back = self._came_from or self.request_id or self.desk.queue.after(None)
        self._came_from = None
        if back != self.request_id:
            self.go_to(back)
        self.show_all()

    # The rest

    def action_quit(self) -> None:
        """Show how the sitting went, and leave."""
        self.call_later(self.app.run_action, "leave")
