"""Judging: each key is one decision, and deciding advances."""

from typing import Literal

from curator.desk.cards import Card
from curator.desk.history import Step
from curator.domain.plain import shown
from curator.tui import facts
from curator.tui.screens.going_out import GoingOut
from curator.tui.slots import find, next_open


class Judging(GoingOut):
    """Approve, reject, put off, rate, rank, reopen, undo, redo, have more written, copy."""

    def _card(self) -> Card | None:
        """Return the chosen sample; if there is none to judge, say why."""
        if self.card is None:
            self.say(
                "this sample is still being written" if self.slot else "there is no sample here"
            )
        return self.card

    def action_approve(self) -> None:
        """Approve the sample and go to the next request."""
        card = self._card()
        if card is None:
            return
        following = self._following()
        if card.judgement.verdict == "approve" and card.judgement.draft is None:
            self.say(f"{card.number} is approved already")
        else:
            self.desk.judging.approve(card.sample.id)
            self.show_cards()
            at = find(self.slots, card.sample.id)
            now = None if at is None else self.slots[at].card
            self._say_approved(now or card)  # a draft has become its text
        self.go_on(following)

    def _say_approved(self, card: Card) -> None:
        if card.length.left < 0:
            self.say(
                f"approved {card.number}, though {-card.length.left} characters too long to post: "
                f"{self.key_of('undo')} takes it back",
                "warn",
            )
        elif not self.count_down(card):
            self.say(f"approved {card.number}", "good")

    def _following(self) -> str | None:
        """Return the next request that is open.

        To be asked before a decision is recorded: that may move this request, or take it away.
        """
        return self.desk.queue.after(self.request_id)

    def go_on(self, following: str | None) -> None:
        """Go to the next request that is open, to the end's page when none is."""
        if following is None:
            self.go_to(None if self._is_settled() else self.request_id)
        else:
            self.go_to(following)

    def _is_settled(self) -> bool:
        return self.request_id is None or self.desk.queue.state(self.request_id) in (
            "approved",
            "rejected",
        )

    def action_reject(self) -> None:
        """Reject the sample and go to the next one that is open."""
        card = self._card()
        if card is None:
            return
        if card.judgement.verdict != "reject":
            self.desk.judging.reject(card.sample.id)
        self.show_cards()
        following = None if self.at is None else next_open(self.slots, self.at)
        if following is not None:
            self.key = self.slots[following].key
            self.show_cards(reveal=True)
            self.say(f"rejected {card.number}")
            return
        if all(s.card and s.card.judgement.verdict == "reject" for s in self.slots):
            self.say(
                f"all {len(self.slots)} are rejected: {self.key_of('more')} writes more, "
                f"{self.key_of('next-request')} goes on",
                "warn",
            )

    def action_defer(self) -> None:
        """Put the request off and go to the next one."""
        if self.request_id is None:
            return
        name, following = self._titled(self.request_id), self._following()
        if self.desk.queue.state(self.request_id) == "approved":
            self.go_on(following)
            self.say(f"{name} is approved already, so it is not put off")
            return
        self.desk.asking.defer(self.request_id)
        if following is not None:
            self.go_to(following)
            self.say(f"put off {name}")
        else:
            self.show_all()
            self.say("put off, but it is the only one left")

    def _titled(self, request_id: str) -> str:
        desk = self.desk
        return facts.song_name(desk.ledger.song(request_id), desk.ledger.requests[request_id].text)

    def action_rate(self, stars: int) -> None:
        """Give stars, 0 takes them away."""
        if (card := self._card()) and (card.judgement.stars or 0) != stars:
            self.desk.judging.rate(card.sample.id, stars or None)
            self.show_cards()

    def action_rank(self, rank: Literal["best", "worst"]) -> None:
        """Call the sample best or worst; the same again takes it back."""
        if card := self._card():
            self.desk.judging.rank(card.sample.id, rank)
            self.show_cards()

    def action_reopen(self) -> None:
        """Take a verdict away."""
        card = self._card()
        if card is None:
            return
        if card.judgement.verdict is None:
            self.say(f"{card.number} is not judged yet")
            return
        self.desk.judging.reopen(card.sample.id)
        self.show_all()
        self.say(f"{card.number} is open again")

    def action_undo(self) -> None:
        """Take the last action back, and go to where it was."""
        step = self.desk.history.undo()
        if step is None:
            self.say("there is nothing to undo")
        else:
            self._return_to(step, f"undid the {{}}; {self.key_of('redo')} brings it back")

    def action_redo(self) -> None:
        """Do again what was undone, and go to where it was."""
        step = self.desk.history.redo()
        if step is None:
            self.say("there is nothing to redo")
        else:
            self._return_to(step, "did the {} again")

    def _return_to(self, step: Step, sentence: str) -> None:
        self.go_to(step.request_id, step.sample_id)
        at = find(self.slots, step.sample_id)
        where = f" of {self.slots[at].number}" if at is not None else ""
        self.say(sentence.format(f"{step.what}{where}") + f"  ({self._titled(step.request_id)})")

    def action_more(self) -> None:
        """Have one more batch written."""
        if self.request_id is None:
            return
        if not self.desk.ledger.song(self.request_id).known:
            self.say(f"there is no song to write about: {self.key_of('song')} names it", "warn")
            return
        if self.desk.engine.state == "failed":
            self.say(f"the model can't write: {shown(self.desk.engine.error, 200)}", "bad")
            return
        before = len(self.slots)
        self.pauses.not_later("face")
        self.desk.writing.more(self.request_id)
        self.show_all()
        if len(self.slots) > before and all(not s.is_open for s in self.slots[:before]):
            self.key = self.slots[before].key
            self.show_cards(reveal=True)
        self.say(f"{self.desk.settings.batch} more are being written: "
                 f"{self.key_of('stop')} stops that")  # fmt: skip

    def action_stop(self) -> None:
        """Stop the writing for this request; else show all requests again."""
        if self.request_id and self.desk.writing.cancel(self.request_id):
            self.say("the writing was stopped")
            self.show_all()
        elif self.desk.queue.filter.terms:
            self.clear_filter()

    def clear_filter(self) -> None:
        """Show all requests again."""
        raise NotImplementedError

    def action_copy(self) -> None:
        """Copy the approved text: the chosen one if it is, else the request's, else the chosen."""
        card = self.card
        if card is None or card.judgement.verdict != "approve":
            approved = (s.card for s in self.slots if s.card)
            card = next((c for c in approved if c.judgement.verdict == "approve"), card)
        if card is None:
            self._card()
            return
        self.app.copy_to_clipboard(card.text.encode("utf-8", "replace").decode("utf-8"))
        kind = "the approved text" if card.judgement.verdict == "approve" else "not approved yet"
        self.say(f"copied {card.number}, {kind}, to the terminal's clipboard")
