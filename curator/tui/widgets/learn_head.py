"""The head of the Learn screen: what is in use, or where a training is."""

from collections.abc import Iterable
from dataclasses import dataclass

from curator.desk.learning import Running
from curator.domain.versions import Use
from curator.domain.wishes import Wish
from curator.tui import lessons
from curator.tui.widgets.inked import Line, Sheet
from curator.tui.wording import fit


@dataclass(frozen=True, slots=True)
class LearnFacts:
    """What is in use, the training that runs, the key that stops it, and wanted topics."""

    in_use: Use | None = None
    running: Running | None = None
    stop: str = ""
    wish: Wish | None = None


class LearnHead(Sheet[LearnFacts]):
    """One line."""

    def lines(self, facts: LearnFacts, width: int) -> Iterable[Line]:
        """Return the line."""
        title = (" Learn   ", "heading")
        if facts.running is not None:
            yield [title, *lessons.progress(facts.running, width - 9, facts.stop)]
            return
        use = facts.in_use
        if use is None:
            text, ink = "nothing learnt is in use", "muted"
            if facts.wish is None:
                text += ": texts come from the model alone"
        else:
            what = "steers and chooses" if use.generator else "chooses among drafts"
            text, ink = f"{use.version.name} {what} since {use.at[:10]}", "good"
        topics = lessons.wished(facts.wish)
        yield [title, (fit(text, width - 9), ink), (fit(topics, width - 9 - len(text)), "muted")]
