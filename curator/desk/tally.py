"""What this sitting has come to, counted as it goes."""

from curator.desk.ledger import Ledger
from curator.domain.records import Event
from curator.domain.session import Judgement


class Tally:
    """The samples that were judged in this sitting, as they are judged now."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._judged: dict[str, list[str]] = {}  # sample → its `judged` events of this sitting
        self._now: dict[str, Judgement] = {}
        ledger.witness(self._happened)

    def _happened(self, event: Event) -> None:
        session = self._ledger.session
        target = event.target
        if event.type == "judged":
            self._judged.setdefault(target, []).append(event.id)
        elif event.type in ("undone", "redone") and (undone := session.event(target)):
            target = undone.target
        if target in self._judged:
            self._now.pop(target, None)
            if any(session.is_active(judged) for judged in self._judged[target]):
                self._now[target] = session.judgement(target)

    def counts(self) -> tuple[int, int, int, int]:
        """Return how many samples are judged, approved, rejected, edited."""
        verdicts = [j.verdict for j in self._now.values()]
        approved, rejected = verdicts.count("approve"), verdicts.count("reject")
        edited = sum(j.text is not None for j in self._now.values())
        return approved + rejected, approved, rejected, edited
