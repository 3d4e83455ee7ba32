"""The song, corrected by hand: artist, title, genres, and how it sounds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from textual.containers import Grid
from textual.widget import Widget
from textual.widgets import Input, OptionList

from curator.domain.finding import Candidate, corrected
from curator.domain.plain import shown
from curator.domain.records import FEATURES, Song
from curator.tui.genres import labels, split
from curator.tui.origins import offered
from curator.tui.screens.dialog import Dialog, Hint
from curator.tui.widgets.fields import Completion, Field
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.widgets.slider import Slider
from curator.tui.wording import clean, wrap

_WIDTHS = [(0, "-slim"), (72, "-normal")]
"""Where it is slim, the sliders are one under the other."""
NONE: Final = "none"
"""None of the songs that were found is the one."""


class GenreNote(Sheet[str]):
    """Which of the typed genres the writing knows."""

    def lines(self, facts: str, width: int) -> Iterable[Line]:
        """Return one quiet line, or what is not known."""
        known = {label.casefold() for label in labels()}
        unknown = [g for g in split(facts) if g.casefold() not in known]
        if not unknown:
            return [[("separated by commas; → takes what is offered", "faint")]]
        names = ", ".join(shown(genre, 40) for genre in unknown)
        text = f"{names}: unknown label, read by its words or left out"
        return [[(line, "warn")] for line in wrap(text, width)[:2]]


class SongDialog(Dialog[Song | Candidate | Literal["none"]]):
    """Brings back the corrected song, or which of those that were found it is."""

    HORIZONTAL_BREAKPOINTS = _WIDTHS

    title_text = "The song"
    keys = (("accept", "correct it"), ("cancel", "leave it as it is"))

    def __init__(
        self,
        song: Song,
        keymap: Mapping[str, str] | None = None,
        *,
        candidates: Sequence[Candidate] = (),
        doubtful: bool = False,
    ) -> None:
        super().__init__(keymap)
        self._song = song
        self._candidates = tuple(candidates)
        if doubtful and candidates:
            self.AUTO_FOCUS = "#candidates"  # type: ignore[misc]  # the question comes first

    def fields(self) -> Iterable[Widget]:
        """Return the fields."""
        song = self._song
        if self._candidates:
            names = [*map(offered, self._candidates), "none of these"]
            yield OptionList(*names, id="candidates", markup=False, compact=True)
            about = Hint(id="candidates-hint")
            about.facts = "found: ↑ ↓ and enter choose the song, below it is corrected"
            yield about
        yield Field("artist", song.artist or "", id="artist")
        yield Field("title", song.title or "", id="song-title")
        yield Field("genres", ", ".join(song.genres), id="genres", suggester=Completion(labels))
        note = GenreNote(id="genre-note")
        note.facts = ", ".join(song.genres)
        yield note
        yield Grid(*(Slider(name, song.features.get(name)) for name in FEATURES), id="sliders")
        hint = Hint(id="slider-hint")
        hint.facts = "← → move a feature, digits type it, delete makes it unknown"
        yield hint

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Bring back which song it is."""
        event.stop()
        at = event.option_index
        self.dismiss(self._candidates[at] if at < len(self._candidates) else NONE)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say which genres are known."""
        if event.input.id == "genres":
            self.query_one(GenreNote).facts = event.value

    def on_input_submitted(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def action_accept(self) -> None:
        """Bring the song back, unless a number is out of its range."""
        sliders = list(self.query(Slider))
        for slider in sliders:
            if slider.is_wrong:
                slider.focus()
                self.app.bell()
                return
        song = self._song
        features = {s.feature: s.value for s in sliders if s.value is not None}
        self.dismiss(
            corrected(
                song,
                self._typed("#artist", song.artist),
                self._typed("#song-title", song.title),
                split(self.query_one("#genres", Input).value),
                features,
            )
        )

    def _typed(self, field: str, before: str | None) -> str | None:
        """Return what is in a field; what was there before if only the hidden parts differ."""
        typed = " ".join(self.query_one(field, Input).value.split())
        if before is not None and typed == clean(before):
            return before
        return typed or None
