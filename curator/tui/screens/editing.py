"""Editing a sample in place, with a draft that survives everything."""

from typing import TYPE_CHECKING

from textual.widget import AwaitMount

from curator.desk.cards import Card
from curator.domain.records import Sample
from curator.tui import facts
from curator.tui.screens.judging import Judging
from curator.tui.slots import find
from curator.tui.widgets.card_lines import PREFIX, room_for_text
from curator.tui.widgets.cards_view import CardsView
from curator.tui.widgets.preview import Preview
from curator.tui.wording import editable

if TYPE_CHECKING:
    from curator.tui.widgets.editor import Editor

DRAFT_PAUSE = 0.5
"""Seconds of quiet after which typing is journalled as a draft."""


class Editing(Judging):
    """Opens the editor over a card, keeps its draft, and closes it again."""

    _sample: Sample | None = None
    _mounted: "Editor | None" = None
    _mounting: AwaitMount

    @property
    def editor(self) -> "Editor | None":
        """The editor while it is open."""
        return None if self._sample is None else self._mounted

    async def action_edit(self) -> None:
        """Open the chosen sample's text, or its draft; go on with the one that is open."""
        if self.editor is not None:
            self.editor.take_focus()
            return
        if self._card() is None:
            return
        editor = await self._mount_editor()
        card = self._card()  # it may have become another one meanwhile
        if card is None:
            return
        self._sample = card.sample
        judgement = card.judgement
        text = judgement.draft if judgement.draft is not None else card.text
        text, lost = editable(text)
        written, _ = editable(card.sample.text)
        self._room(editor.open(written, text, self._text_width()))
        if judgement.draft is not None:
            self.say("your draft is still here: go on with it")
        elif lost:
            self.say("what can't be seen was left out of the text", "warn")

    async def _mount_editor(self) -> "Editor":
        """Return the editor; the first time, once its parts are there too."""
        if self._mounted is None:
            from curator.tui.widgets.editor import Editor

            self._mounted = Editor(self._save)
            self._mounting = self.query_one("#stage").mount(self._mounted)
        await self._mounting
        return self._mounted

    def _text_width(self) -> int:
        return room_for_text(self.query_one(CardsView).scrollable_content_region.width)

    def _room(self, height: int) -> None:
        """Make so much room for the editor in its card."""
        if self._sample is not None:
            self.opened = (self._sample.id, height)
            self.key = self._sample.id
            self.show_cards(reveal=True)
            self._place()

    def _place(self) -> None:
        """Put the editor over its card."""
        editor = self.editor
        if editor is None or self._sample is None:
            return
        cards = self.query_one(CardsView)
        line = cards.place_of(self._sample.id)
        if line is not None:
            editor.styles.offset = (PREFIX, line)
            editor.styles.width = self._text_width() + 1

    def on_cards_view_moved(self) -> None:
        """The cards moved under the editor."""
        self._place()

    def on_cards_view_chosen(self, message: CardsView.Chosen) -> None:
        """A click elsewhere leaves the editor; a double click opens it."""
        if self._sample is not None and message.key != self._sample.id:
            self.leave_editor()
        if message.twice and self._sample is None:
            self.call_later(self.action_edit)

    def on_editor_resized(self, message: "Editor.Resized") -> None:
        """The text grew or shrank by a line."""
        self._room(message.height)

    def on_editor_typed(self, message: "Editor.Typed") -> None:
        """Show what the post would be now; journal it when the typing pauses."""
        card = self._card_of_sample()
        if card is not None:
            self.query_one(Preview).facts = facts.edited_facts(
                card, message.text, self.desk, self.preview_rows
            )
        self.pauses.later("draft", DRAFT_PAUSE, self.keep_draft)

    def show_preview(self) -> None:
        """While a text is edited, the preview is of what is typed."""
        editor, card = self.editor, self._card_of_sample()
        if editor is None or card is None:
            super().show_preview()
        else:
            self.query_one(Preview).facts = facts.edited_facts(
                card, editor.text, self.desk, self.preview_rows
            )

    def _card_of_sample(self) -> Card | None:
        at = find(self.slots, self._sample.id) if self._sample else None
        return None if at is None else self.slots[at].card

    def keep_draft(self) -> None:
        """Journal what was typed, if it differs from what stands."""
        self.pauses.not_later("draft")
        editor, sample = self.editor, self._sample
        if editor is None or sample is None:
            return
        judgement = self.desk.ledger.session.judgement(sample.id)
        standing, _ = editable(judgement.text or sample.text)
        text = editor.text
        self.desk.judging.draft(sample.id, None if text in ("", standing) else text)

    def _save(self, text: str) -> None:
        """Keep the text as it is typed."""
        sample, editor = self._sample, self.editor
        if sample is None or editor is None:
            return
        if not text:
            editor.take_focus()
            self.say(
                "an empty text can't be kept: reject the sample, or leave it as it was", "warn"
            )
            return
        self._close()
        judgement = self.desk.ledger.session.judgement(sample.id)
        if text != editable(judgement.text or sample.text)[0]:
            self.desk.judging.edit(sample.id, text)
        if judgement.draft is not None:
            self.desk.judging.end_draft(sample.id)
        self.show_all(reveal=True)
        self.say(f"kept the text: {self.key_of('approve')} approves it", "good")

    def on_editor_left(self) -> None:
        """Leave; the draft stays."""
        self.leave_editor()

    def leave_editor(self) -> None:
        """Close the editor if it is open, with the draft kept."""
        sample = self._sample
        if sample is None:
            return
        self.keep_draft()
        self._close()
        self.show_all(reveal=True)
        if self.desk.ledger.session.judgement(sample.id).draft is not None:
            self.say(f"the draft is kept: {self.key_of('edit')} goes on with it")

    def _close(self) -> None:
        self.pauses.not_later("draft")
        if self._mounted is not None:
            self._mounted.display = False
        self._sample = None
        self.opened = None
        self.set_focus(None)

    def go_to(self, request_id: str | None, key: str | None = None) -> None:
        """Turn to a request; an open editor is left with its draft kept."""
        self.leave_editor()
        super().go_to(request_id, key)
