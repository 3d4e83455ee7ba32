"""The samples that something was said of, as a filter lets them through."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from curator.domain.filtering import Filter, View
from curator.domain.records import Request, Sample, Song
from curator.domain.session import Judgement, Session

SamplesOf = Callable[[str], Iterable[Sample]]
"""Returns the samples of a request, by its id."""
VerdictFilter = Literal["approve", "reject", "none"]

ALL = Filter()


def view_of(request: Request, samples: list[Sample], session: Session) -> View:
    """Return what the filter looks at, as the queue would while nothing is being written."""
    song = session.song(request.id, request.song)
    judgements = tuple(session.judgement(s.id) for s in samples)
    state: str = session.status(request.id)
    if state == "open" and samples and all(j.verdict == "reject" for j in judgements):
        state = "rejected"
    elif state == "open" and not samples and not song.known:
        state = "no song"
    return View(request, song, state, judgements, tuple(dict.fromkeys(s.model for s in samples)))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sample that something was said of, with its request and the song as it stands."""

    request: Request
    sample: Sample
    judgement: Judgement
    song: Song

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self.sample.text if self.judgement.text is None else self.judgement.text


def labelled(
    requests: Iterable[Request],
    samples_of: SamplesOf,
    session: Session,
    filter: Filter = ALL,
    verdict: VerdictFilter | None = None,
) -> Iterator[list[Labelled]]:
    """Yield, request by request, the samples that were judged, rated, ranked, edited or tagged.

    The filter decides on the request as in the queue, and then on each sample alone, so that
    `verdict:approve` does not let an approved sample's rejected siblings through.
    """
    for request in requests:
        samples = list(samples_of(request.id))
        view = view_of(request, samples, session)
        if not samples or not filter.matches(view):
            continue
        found = []
        for sample, now in zip(samples, view.judgements, strict=True):
            alone = View(request, view.song, view.state, (now,), (sample.model,))
            said = now.verdict or now.stars or now.rank or now.text is not None or now.tags
            wanted = verdict is None or (now.verdict or "none") == verdict
            if said and wanted and filter.matches(alone):
                found.append(Labelled(request, sample, now, view.song))
        if found:
            yield found
