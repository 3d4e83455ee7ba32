"""Labels in the shapes that TRL trains on, plain text: KTO's single labels, DPO's pairs.

TRL's standard formats: {"prompt", "completion", "label"} and {"prompt", "chosen", "rejected"}.
A trainer joins prompt and text as they are, so that the text begins with the space between them,
as in TRL's documentation. Whatever other columns there are it leaves alone.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from curator.domain.columns import MODEL_COLUMNS, ExportRow, song_columns
from curator.domain.filtering import Filter
from curator.domain.labelled import ALL, Labelled, SamplesOf, VerdictFilter, labelled
from curator.domain.records import Request, Sample, Song
from curator.domain.session import Session

PairKind = Literal["approved>rejected", "best>worst", "stars", "edited>original"]

# feature → the word for a value up to the first number, and for one from the second number on
_WORDS: dict[str, tuple[float, str, float, str]] = {
    "energy": (0.33, "calm", 0.7, "energetic"),
    "valence": (0.33, "dark", 0.66, "bright"),
    "tempo": (85.0, "slow", 140.0, "fast"),
    "danceability": (0.0, "", 0.7, "danceable"),
    "acousticness": (0.0, "", 0.7, "acoustic"),
    "instrumentalness": (0.0, "", 0.6, "instrumental"),
    "speechiness": (0.0, "", 0.4, "spoken"),
    "liveness": (0.0, "", 0.8, "live"),
    "loudness": (-16.0, "quiet", -5.0, "loud"),
}


def feature_words(song: Song) -> list[str]:
    """Return words for the audio features that stand out."""
    words = []
    for name, (low, low_word, high, high_word) in _WORDS.items():
        value = song.features.get(name)
        if value is not None and low_word and value <= low:
            words.append(low_word)
        elif value is not None and value >= high:
            words.append(high_word)
    return words


def prompt(song: Song) -> str:
    """Return a plain sentence that asks for a comment on a song."""
    sentence = "Write a comment on "
    sentence += f"the song “{_line(song.title)}”" if song.title else "a song"
    if song.artist:
        sentence += f" by {_line(song.artist)}"
    sound = [", ".join(map(_line, song.genres)), ", ".join(feature_words(song))]
    if any(sound):
        sentence += f" ({'; '.join(part for part in sound if part)})"
    return sentence + "."


def _line(text: str) -> str:
    return " ".join(text.split())


def kto_rows(
    requests: Iterable[Request],
    samples_of: SamplesOf,
    session: Session,
    *,
    filter: Filter = ALL,
    verdict: VerdictFilter | None = None,
) -> Iterator[ExportRow]:
    """Yield a row (`KTO_COLUMNS`) for each approved or rejected sample."""
    for of_request in labelled(requests, samples_of, session, filter, verdict):
        for item in of_request:
            now, sample = item.judgement, item.sample
            if now.verdict is None:
                continue
            yield {
                "prompt": prompt(_written_for(item)),
                "completion": f" {item.text}",
                "label": now.verdict == "approve",
                "sample_id": sample.id,
                "event_id": now.event_id,
                "stars": now.stars,
                "edited": now.text is not None,
                **_model(sample),
                **_provenance(item),
            }


def dpo_rows(
    requests: Iterable[Request],
    samples_of: SamplesOf,
    session: Session,
    *,
    filter: Filter = ALL,
    verdict: VerdictFilter | None = None,
) -> Iterator[ExportRow]:
    """Yield a row (`DPO_COLUMNS`) for each pair of texts of which one was preferred.

    Two texts are a pair only under the same prompt. The kinds are tried in the order of
    `PairKind`; a pair that an earlier kind has given, either way round, is not given again.
    """
    for of_request in labelled(requests, samples_of, session, filter, verdict):
        given: set[frozenset[str]] = set()
        for kind, better, worse in _preferences(of_request):
            asked = prompt(_written_for(better))
            chosen = better.text
            rejected = worse.sample.text if worse is better else worse.text
            pair = frozenset((chosen, rejected))
            if asked != prompt(_written_for(worse)) or len(pair) == 1 or pair in given:
                continue
            given.add(pair)
            yield {
                "prompt": asked,
                "chosen": f" {chosen}",
                "rejected": f" {rejected}",
                "kind": kind,
                "chosen_id": better.sample.id,
                "rejected_id": worse.sample.id,
                **_model(better.sample, "chosen_"),
                **_model(worse.sample, "rejected_"),
                **_provenance(better),
            }


def _preferences(siblings: list[Labelled]) -> Iterator[tuple[PairKind, Labelled, Labelled]]:
    """Yield (kind, better, worse); an edited text is better than its own original."""
    pairs = [(a, b) for a in siblings for b in siblings if a is not b]
    for a, b in pairs:
        if a.judgement.verdict == "approve" and b.judgement.verdict == "reject":
            yield "approved>rejected", a, b
    for a, b in pairs:
        if a.judgement.rank == "best" and b.judgement.rank == "worst":
            yield "best>worst", a, b
    for a, b in pairs:
        if a.judgement.stars and b.judgement.stars and a.judgement.stars > b.judgement.stars:
            yield "stars", a, b
    for item in siblings:
        if item.judgement.text is not None and item.judgement.verdict != "reject":
            yield "edited>original", item, item


def _written_for(item: Labelled) -> Song:
    """Return the song that the text is about: what the model was told, if it was told one."""
    return item.sample.song if item.sample.song.known else item.song


def _provenance(item: Labelled) -> dict[str, Any]:
    return {
        "request_id": item.request.id,
        "at": item.judgement.at,
        "curator": item.judgement.curator,
        "source": item.request.source,
        **song_columns(_written_for(item)),
    }


def _model(sample: Sample, prefix: str = "") -> dict[str, Any]:
    """Return the columns that say what wrote a sample, and how it writes it again."""
    values = {name: getattr(sample, name) for name in MODEL_COLUMNS}
    return {prefix + name: None if value == "" else value for name, value in values.items()}
