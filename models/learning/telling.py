"""How far a training is, and how long it has left."""

import time
from collections.abc import Callable

from models.learning.ratings import LearnProgress, Phase

_SHARES: dict[Phase, float] = {
    "reading": 0.07,
    "drafts": 0.23,
    "reward": 0.06,
    "skill": 0.02,
    "value models": 0.02,
    "LC-GAN": 0.13,
    "choosing": 0.16,
    "second judge": 0.19,
    "writing": 0.12,
}
"""About which part of the time each phase takes, in their order: between what the small and the
pretrained decoder were measured to need."""
_WRITE: tuple[Phase, ...] = ("drafts", "LC-GAN", "choosing", "second judge", "writing")
"""What takes the longest, and how long depends on the writer: the rest tells nothing of it."""
_HUNDRED = 100


class Teller:
    """Tells progress, and guesses what is left from the time so far.

    A phase that is done when it is first heard of was kept from before, as drafts are in their
    cache: it counts neither in the time so far nor in what there is to do. Before any texts are
    written nobody knows how long it takes.
    """

    def __init__(
        self, tell: Callable[[LearnProgress], None], should_stop: Callable[[], bool]
    ) -> None:
        self._tell, self.should_stop = tell, should_stop
        self.began = self._at = time.monotonic()
        self._phase: Phase = "reading"
        self._took = dict.fromkeys(_SHARES, 0.0)
        self._shares = dict(_SHARES)

    def __call__(self, phase: Phase, done: int, total: int, detail: str = "") -> None:
        """Tell. Raises InterruptedError when told to stop."""
        now = time.monotonic()
        self._took[self._phase] += now - self._at
        self._at = now
        if phase != self._phase and 0 < total <= done:
            self.leave_out(phase)
        self._phase = phase
        left = self._left(phase, done / max(1, total))
        self._tell(LearnProgress(phase, done, total, left, detail))
        if self.should_stop():
            raise InterruptedError

    def part(self, phase: Phase, start: int, end: int) -> Callable[..., None]:
        """Return what tells of a part of a phase, from `start` to `end` hundredths of it."""

        def tell(done: int, total: int, detail: str = "") -> None:
            self(phase, start + (end - start) * done // max(1, total), _HUNDRED, detail)

        return tell

    def leave_out(self, *phases: Phase) -> None:
        """Count no more on phases that do not come."""
        for phase in phases:
            self._shares.pop(phase, None)

    def _left(self, phase: Phase, part: float) -> float | None:
        """Return the seconds left when `part` of a phase is done; None where nobody knows."""
        names = list(_SHARES)
        done = {name: self._shares.get(name, 0.0) for name in names[: names.index(phase)]}
        done[phase] = self._shares.get(phase, 0.0) * part
        if not any(done.get(name) for name in _WRITE):
            return None
        share = sum(done.values())
        spent = sum(self._took[name] for name in self._shares)
        return spent / share * (sum(self._shares.values()) - share)
