"""A song, as far as it is known, and what flat documents are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Doc = dict[str, Any]
Scalar = str | int | float | bool | None

FEATURES = (
    "danceability",
    "energy",
    "loudness",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
)
"""The nine audio features, in Spotify's units: tempo in BPM, loudness in dBFS, the rest 0 to 1."""


@dataclass(frozen=True, slots=True)
class Song:
    """What is known of a song, and where each genre and feature came from.

    That is `source`, but for those genres and features that `genre_sources` and `feature_sources`
    name with a source of their own.
    """

    artist: str | None = None
    title: str | None = None
    genres: tuple[str, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    source: str = "parsed"
    genre_sources: Mapping[str, str] = field(default_factory=dict)
    feature_sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether there is a song at all."""
        return bool(self.artist or self.title)

    def to_doc(self) -> Doc:
        """Return flat fields: `artist`, `title`, `genres`, `song_source` and `f_<feature>`.

        Where sources differ, `genre_sources` and `feature_sources` have a line for each genre and
        each feature there is, in the order of `FEATURES`; an empty one is `song_source`.
        """
        doc: Doc = {
            "artist": self.artist,
            "title": self.title,
            "genres": "\n".join(self.genres),
            "song_source": self.source,
        }
        present = [name for name in FEATURES if name in self.features]
        for name, of, sources in (
            ("genre_sources", self.genres, self.genre_sources),
            ("feature_sources", present, self.feature_sources),
        ):
            if any(one in sources for one in of):
                doc[name] = "\n".join(sources.get(one, "") for one in of)
        return doc | {f"f_{name}": self.features[name] for name in present}

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "Song":
        """Read what `to_doc` wrote, from a document that may hold other fields too."""
        genres = tuple(g for g in (doc.get("genres") or "").split("\n") if g)
        features = {n: doc[f"f_{n}"] for n in FEATURES if doc.get(f"f_{n}") is not None}
        return cls(
            artist=doc.get("artist"),
            title=doc.get("title"),
            genres=genres,
            features=features,
            source=doc.get("song_source") or "parsed",
            genre_sources=_named(genres, doc.get("genre_sources")),
            feature_sources=_named(features, doc.get("feature_sources")),
        )


def _named(names: Iterable[str], lines: str | None) -> dict[str, str]:
    """Return what the lines say of the names, one each; nothing where there are no such lines."""
    return {n: line for n, line in zip(names, (lines or "").split("\n"), strict=False) if line}
