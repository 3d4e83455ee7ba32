"""What an approval, its undoing or an edit means for the outbox.

The steps that follow an event go to the disk in one transaction with it, so that no approval is
without its post and no post without its approval, whenever the power goes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from curator.config import Settings
from curator.domain.outbox import Outbox, Post, after
from curator.domain.records import Event, Request, Sample, Scalar
from curator.domain.session import Session
from curator.domain.steps import PostStep
from curator.publishing.planning import TIMELINE, Plan, plan

Step = Callable[..., PostStep | None]
"""Takes a post's id, a kind of step and its data; returns the step if it may follow."""

CHOSEN = "a plain post: the curator chose so"
ANSWERED = "its request is answered by another post"


@dataclass(frozen=True, slots=True)
class Followed:
    """The steps that followed, and what the curator is to be told, if anything."""

    steps: tuple[PostStep, ...] = ()
    notice: str | None = None


class NotAllowed(Exception):
    """What was asked for can't be done with this post now; the message says why."""


class Queueing:
    """Keeps the outbox in line with what is approved."""

    def __init__(
        self,
        session: Session,
        outbox: Outbox,
        request_of: Callable[[str], Request | None],
        sample_of: Callable[[str], Sample | None],
        step: Step,
        settings: Settings,
        now: Callable[[], str],
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._request_of = request_of
        self._sample_of = sample_of
        self._step = step
        self._settings = settings
        self._now = now

    def plan(self, request: Request, text: str, sample_id: str | None = None) -> Plan:
        """Return what approving this text now would do."""
        planned = plan(request, text, self._settings.publish)  # type: ignore[arg-type]
        answer = self._outbox.answer_to(request.id)
        if planned.kind in ("reply", "post") and answer is not None and answer.id != sample_id:
            return Plan("blocked", ANSWERED, reply_to=planned.reply_to)
        return planned

    def follow(self, event: Event) -> Followed:
        """Return what follows an event that the session holds already."""
        about = event
        if event.type in ("undone", "redone"):
            about = self._session.event(event.target) or event
        if about.type not in ("judged", "edited"):
            return Followed()
        sample = self._sample_of(about.target)
        request = self._request_of(sample.request_id) if sample else None
        if sample is None or request is None:
            return Followed()
        post = self._outbox.post(sample.id)
        text = self._text(sample)
        if not self._session.is_approved(sample.id):
            return self._no_longer(post) if post else Followed()
        if post is None or post.state == "withdrawn":
            return self.queue(sample, request) if about.type == "judged" else Followed()
        if text != post.text:
            return self._edited(post, sample, request)
        return Followed()

    def queue(self, sample: Sample, request: Request) -> Followed:
        """Queue the text of a sample as it stands; nothing where none is to be posted."""
        text, kept = self._to_post(sample)
        planned = self.plan(request, text, sample.id)
        if planned.kind == "none":
            return Followed()
        data: dict[str, Scalar] = {
            "request": request.id,
            "text": text,
            "reply_to": planned.reply_to,
            "price": planned.price,
            "reason": planned.reason,
            "due": after(self._now(), self._settings.undo_seconds),
        }
        if planned.kind == "blocked":
            step = self._step(sample.id, "blocked", why=planned.reason, **data)
            return Followed(_some(step), f"approved, but not to be posted: {planned.reason}")
        return Followed(_some(self._step(sample.id, "queued", **data)), kept)

    def back(self, post: Post) -> Followed:
        """Return what follows for one that is queued again: while it was being sent its approval
        may have been taken back, or its text edited."""
        sample, request = self._sample_of(post.id), self._request_of(post.request)
        if sample is None or request is None or post.state != "queued":
            return Followed()
        if not self._session.is_approved(post.id):
            return self._no_longer(post)
        if self._to_post(sample)[0] != post.text:
            return self._edited(post, sample, request)
        return Followed()

    def again(self, post_id: str, *, plain: bool = False) -> PostStep:
        """Queue a post another time, because the curator says so. Raises `NotAllowed`.

        Where it may be out already it keeps its text, and stays a reply or none, so that X would
        know it for the same; else it is posted as it reads now. `plain` makes a plain post of a
        reply.
        """
        post, sample = self._outbox.post(post_id), self._sample_of(post_id)
        request = self._request_of(post.request) if post else None
        if post is None or sample is None or request is None:
            raise NotAllowed("its sample is not here")
        answer = self._outbox.answer_to(request.id)
        if answer is not None and answer.id != post_id:
            raise NotAllowed(ANSWERED)
        text, _ = self._to_post(sample)
        plain = plain or (post.may_be_out and post.reply_to is None)
        planned = plan(replace(request, source=TIMELINE) if plain else request, text, "all")
        if planned.kind == "blocked":
            raise NotAllowed(planned.reason)
        step = self._step(
            post_id,
            "queued",
            request=request.id,
            text=text,
            reply_to=planned.reply_to,
            price=planned.price,
            reason=CHOSEN if plain else planned.reason,
            due=after(self._now(), self._settings.undo_seconds),
        )
        if step is None:
            raise NotAllowed(ANSWERED)
        return step

    def _edited(self, post: Post, sample: Sample, request: Request) -> Followed:
        text, kept = self._to_post(sample)
        if post.state == "blocked":
            return self.queue(sample, request)
        if post.state == "queued" and kept:
            return Followed(notice=kept)
        if post.state != "queued":
            return Followed(
                notice=f"edited, but {_PAST.get(post.state, 'its post keeps its text')}"
            )
        planned = self.plan(request, text, sample.id)
        if planned.kind == "blocked":
            return self.queue(sample, request)
        if planned.kind == "none":
            return Followed(_some(self._step(post.id, "withdrawn")), planned.reason)
        data: dict[str, Scalar] = {
            "text": text,
            "price": planned.price,
            "reason": planned.reason,
            "due": after(self._now(), self._settings.undo_seconds),
        }
        return Followed(_some(self._step(post.id, "revised", **data)))

    def _no_longer(self, post: Post) -> Followed:
        """Withdraw what has not left, and let the one that it kept waiting have its turn."""
        if post.state not in ("queued", "blocked", "dry"):
            past = _PAST.get(post.state)
            return Followed(notice=f"the approval is taken back, but {past}" if past else None)
        steps = _some(self._step(post.id, "withdrawn"))
        for other in self._outbox.of_request(post.request):
            sample = self._sample_of(other.id)
            request = self._request_of(post.request)
            waits = other.state == "blocked" and self._session.is_approved(other.id)
            free = self._outbox.answer_to(post.request) is None
            if waits and free and sample is not None and request is not None:
                steps += self.queue(sample, request).steps
        return Followed(steps)

    def _to_post(self, sample: Sample) -> tuple[str, str | None]:
        """Return the text that a post of a sample has to have, and a word if it is an older one:
        what may be out keeps its text, so that X would know it for the same."""
        post, text = self._outbox.post(sample.id), self._text(sample)
        if post is None or not post.may_be_out or post.text == text:
            return text, None
        return post.text, "edited, but its post keeps its text: it may be on X already"

    def _text(self, sample: Sample) -> str:
        edited = self._session.judgement(sample.id).text
        return sample.text if edited is None else edited


_PAST = {
    "posted": "it is posted already: only on X can it be deleted",
    "sending": "it is being sent",
    "uncertain": "it may be posted already: the outbox looks for it",
    "dry": "its rehearsal is over",
}


def _some(step: PostStep | None) -> tuple[PostStep, ...]:
    return () if step is None else (step,)
