"""What there is to learn from: the labels so far, and how each arm did."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curator.domain.arms import Period, Rate, Verdict, over_time, rates
from curator.domain.labels import Label, Said, kinds, labels
from curator.domain.outbox import Outbox
from curator.domain.records import Arm, Request, Sample
from curator.domain.session import Session

if TYPE_CHECKING:
    from curator.store import Store


@dataclass(frozen=True, slots=True)
class Survey:
    """Labels, and the approvals of each arm over all and over time."""

    labels: tuple[Label, ...] = ()
    kinds: Counter[Said] = field(default_factory=Counter)
    rates: Mapping[Arm | None, Rate] = field(default_factory=dict)
    periods: tuple[Period, ...] = ()
    periods_of: Mapping[str, Mapping[Arm | None, Rate]] = field(default_factory=dict)

    @property
    def liked(self) -> int:
        """How many texts are liked rather than not."""
        return sum(label.liked for label in self.labels)


def survey(store: "Store") -> Survey:
    """Look through all that is stored. It takes its time, and may be done in any thread."""
    session = Session(store.events())
    touched = [r for r in store.requests() if session.is_touched(r.id)]
    samples = {request.id: store.samples_of(request.id) for request in touched}
    likes = Outbox(store.posts()).likes()
    found = labels(touched, samples.__getitem__, session, likes)
    judged = _verdicts(touched, samples, session)
    by_version: dict[str, list[Verdict]] = {}
    for version, verdict in judged:
        by_version.setdefault(version, []).append(verdict)
    verdicts = [verdict for _, verdict in judged]
    return Survey(
        tuple(found),
        kinds(found),
        rates(verdicts),
        tuple(over_time(verdicts)),
        {version: rates(of) for version, of in by_version.items() if version},
    )


def _verdicts(
    requests: list[Request], samples: Mapping[str, list[Sample]], session: Session
) -> list[tuple[str, Verdict]]:
    """Return the verdicts on what a model wrote, each with the version that had a part in it."""
    found = []
    for request in requests:
        for sample in samples[request.id]:
            now = session.judgement(sample.id)
            if now.verdict and now.at and sample.model != "imported":
                verdict = Verdict(now.at, sample.arm, now.verdict == "approve")
                found.append((sample.learned, verdict))
    return found
