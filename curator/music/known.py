"""What the sources said of one song, put together."""

from curator.domain.finding import feature_source, genre_source, sourced
from curator.domain.records import FEATURES, Song
from curator.music.source import Details, Source


class Known:
    """Genres and features gathered so far, each with its source."""

    def __init__(self, preferred: frozenset[str]) -> None:
        self._preferred = preferred
        self._genres: dict[str, str] = {}
        self._features: dict[str, tuple[float, str]] = {}

    def lacks(self, source: Source) -> bool:
        """Whether a source could add anything; to the model's knowledge if it may."""
        genres, features = set(self._genres.values()), self._features
        if source.name in self._preferred:
            genres &= self._preferred
            features = {n: (v, s) for n, (v, s) in features.items() if s in self._preferred}
        has = {"genres"} if genres else set()
        has |= {"features"} if len(features) == len(FEATURES) else set()
        return not source.gives <= has

    def add(self, source: str, details: Details) -> None:
        """Take what a source knows."""
        for genre in details.genres:
            if self._is_better(source, self._genres.get(genre)):
                self._genres[genre] = source
        for name, value in details.features.items():
            _, before = self._features.get(name, (0.0, None))
            if self._is_better(source, before):
                self._features[name] = (value, source)

    def add_song(self, song: Song, *, but: str) -> None:
        """Take what is known of a song, but from one source."""
        for source in {*song.genre_sources.values(), *song.feature_sources.values(), song.source}:
            if source != but:
                genres = tuple(g for g in song.genres if genre_source(song, g) == source)
                values = {
                    n: v for n, v in song.features.items() if feature_source(song, n) == source
                }
                self.add(source, Details(genres, values))

    def _is_better(self, source: str, before: str | None) -> bool:
        return before is None or (source in self._preferred and before not in self._preferred)

    def of(self, song: Song) -> Song:
        """Return the song with all of it."""
        return sourced(song, self._genres, self._features)
