"""Explore: a sample from the inside, and the way from it to another one.

Every answer of the model comes while the keys go on working; what is asked for and no longer
looked at is called off.
"""

from contextlib import aclosing, suppress
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.worker import Worker, WorkerError

from curator.desk.changes import CardsChanged, Change, EngineChanged
from curator.engine.errors import EngineCancelled, EngineError
from curator.tui.keys import bindings
from curator.tui.looking import Way
from curator.tui.screens.explore_page import ExplorePage, Part
from curator.tui.widgets.path_view import PathView
from curator.tui.widgets.token_text import TokenText


class ExploreScreen(ExplorePage):
    """The keys of the page, and what is asked of the model."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("explore")

    _kept_id: str | None = None

    def on_mount(self) -> None:
        """Begin to look."""
        self._open()

    def is_about(self, change: Change) -> bool:
        """Whether it tells of this request, or of the model."""
        ours = isinstance(change, CardsChanged) and change.request_id == self.request_id
        return ours or isinstance(change, EngineChanged)

    @property
    def chosen_id(self) -> str:
        """The sample to go back to: the one that was kept last, else the one looked into."""
        return self._kept_id or self.sample_id

    # What is asked of the model

    def _open(self) -> None:
        """Look into the sample; what is known of it already is not asked again."""
        self.cursor = 0
        self.show_all()
        _: Worker[None] = self.run_worker(self._ask, group="look", exclusive=True)

    async def _ask(self) -> None:
        """Ask about the text, then for a point of the walk, then about the conditions.

        The last takes longest.
        """
        look, sample, exploring = self.look, self.card.sample, self.desk.exploring
        try:
            if not look.surprise:
                look.surprise_error = ""
                look.surprise = tuple(await exploring.surprisal(sample))
                if not look.surprise:
                    look.surprise_error = "the model sees nothing in this text"
        except EngineCancelled:
            return
        except EngineError as error:
            look.surprise_error = str(error)
        self.show_text()
        if walking := self._go():
            with suppress(WorkerError):
                await walking.wait()
        try:
            if look.surprise and not look.shares:
                look.shares_error = ""
                look.take_shares(await exploring.contributions(sample))
                if not look.names:
                    look.shares_error = "this model writes without conditions"
        except EngineCancelled:
            return
        except EngineError as error:
            look.shares_error = str(error)
        self.show_text()

    def _go(self) -> Worker[None] | None:
        """Have the chosen point of the walk written, and in the walk those around it."""
        way, other = self.way, self.other
        if way is None or other is None:
            return None
        self._ends[self.sample_id] = other.sample.id
        walking: Worker[None] = self.run_worker(
            partial(self._walk, way), group="walk", exclusive=True
        )
        self.show_path()
        return walking

    async def _walk(self, way: Way) -> None:
        other = self.other
        if other is None:
            return
        exploring = self.desk.exploring
        way.error = ""
        try:
            if way.walk is None:
                way.walk = await exploring.walk(self.card.sample, other.sample)
                self.show_path()
            while (at := way.next_unread(ahead=self.part == "walk")) is not None:
                way.readings.pop(at, None)
                async with aclosing(exploring.read(way.walk, at)) as readings:
                    async for reading in readings:
                        way.readings[at] = reading
                        self.show_path()
        except EngineCancelled:
            return
        except EngineError as error:
            way.error = str(error)
        self.show_path()

    # Keys

    def action_move(self, step: int) -> None:
        """Go to the next (1) or previous (-1) piece or point."""
        if self.part == "text":
            self.choose_piece(self.cursor + step)
        elif way := self.way:
            self.choose_point(way.point + step)

    def action_end(self, direction: int) -> None:
        """Go to the first (-1) or last (1) piece or point."""
        count = (
            len(self.look.surprise) if self.part == "text" else self.way.count if self.way else 0
        )
        at = 0 if direction < 0 else count - 1
        (self.choose_piece if self.part == "text" else self.choose_point)(at)

    def action_climb(self, direction: int) -> None:
        """Go a line down (1) or up (-1); from the text's last line to the walk, and back."""
        if self.part == "walk":
            if direction < 0:
                self.turn_to("text")
            return
        beside = self.query_one(TokenText).beside(direction)
        if beside is not None:
            self.choose_piece(beside)
        elif direction > 0:
            self.turn_to("walk")

    def choose_piece(self, at: int) -> None:
        """Put the cursor on a piece of the text."""
        self.cursor = max(0, min(at, len(self.look.surprise) - 1))
        self.show_text()

    def choose_point(self, at: int) -> None:
        """Go to a point of the walk; it is written first if it is not yet."""
        way = self.way
        if way is None or not way.count:
            return
        way.point = max(0, min(at, way.count - 1))
        if way.is_read(way.point):
            self.show_path()
        else:
            self._go()

    def action_turn(self) -> None:
        """Change between the text and the walk."""
        self.turn_to("walk" if self.part == "text" else "text")

    def turn_to(self, part: Part) -> None:
        """Have the keys move in one of the parts."""
        self.part = part
        self.show_all()
        if part == "walk":
            self.query_one(PathView).scroll_visible(animate=False)
            self._go()
        else:
            self.query_one(TokenText).scroll_visible(animate=False)

    def action_move_sample(self, step: int) -> None:
        """Look into the next (1) or previous (-1) sample."""
        ids = [card.sample.id for card in self.cards]
        at = max(0, min(ids.index(self.sample_id) + step, len(ids) - 1))
        if ids[at] != self.sample_id:
            self.sample_id, self._kept_id = ids[at], None
            self.say("")
            self._open()

    def action_other_end(self) -> None:
        """Walk to another sample."""
        other = self.other
        others = [c.sample.id for c in self.cards if c.sample.id != self.sample_id]
        if other is None:
            self.say("there is only one sample here")
            return
        self.other_id = others[(others.index(other.sample.id) + 1) % len(others)]
        self._go()

    def action_keep(self) -> None:
        """Keep the chosen point as a sample."""
        way = self.way
        if self.part == "text":
            self.say(f"{self.key_of('other-part')} goes to the walk; a point of it can be kept")
            return
        reading = way.readings.get(way.point) if way else None
        if way is None or way.walk is None or reading is None or reading.written is None:
            self.say("this point is not written yet")
            return
        sample = self.desk.exploring.keep(way.walk, way.point, reading.written)
        is_new = way.point not in way.kept
        way.kept.add(way.point)
        self._kept_id = sample.id
        self.show_all()
        number = next(card.number for card in self.cards if card.sample.id == sample.id)
        said = "kept as" if is_new else "is kept already: it is"
        self.say(f"{said} sample {number}; {self.key_of('back')} goes back to judge it", "good")

    # Clicks

    def on_token_text_chosen(self, message: TokenText.Chosen) -> None:
        """A piece was clicked."""
        if self.look.surprise:
            if self.part != "text":
                self.turn_to("text")
            self.choose_piece(message.at)

    def on_path_view_chosen(self, message: PathView.Chosen) -> None:
        """A point was clicked."""
        if self.part != "walk":
            self.turn_to("walk")
        self.choose_point(message.at)

    def on_path_view_other_wanted(self) -> None:
        """The end of the walk was clicked."""
        self.action_other_end()
