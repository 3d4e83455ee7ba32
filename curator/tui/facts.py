"""What the widgets show, read from the desk: nothing here draws, nothing here changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from curator.desk.cards import Card
from curator.desk.desk import Desk
from curator.domain.outbox import ANSWERING
from curator.domain.plain import shown
from curator.domain.records import Song
from curator.domain.sitting import Sitting
from curator.tui import origins, postings
from curator.tui.slots import Slot
from curator.tui.widgets.card_lines import warnings
from curator.tui.widgets.header import HeaderFacts, Piece
from curator.tui.widgets.preview import PreviewFacts, link_warnings
from curator.tui.widgets.song_panel import SongFacts
from curator.tui.wording import age, duration


def header_facts(desk: Desk, time_left: float | None, unsaved: int) -> HeaderFacts:
    """Return the header; `time_left` are the seconds that the writing will take.

    `unsaved` records have waited long enough for the disk to be spoken of.
    """
    figures = _figures(desk) if desk.is_open else ()
    if unsaved:
        figures = ((f"{unsaved:,} not saved yet", "warn"), *figures)
    return HeaderFacts(_model(desk, time_left), figures)


def _model(desk: Desk, time_left: float | None) -> tuple[Piece, ...]:
    engine = desk.engine
    name = shown(engine.info.model if engine.info else desk.settings.model, 40)
    where = f" on {engine.info.device}" if engine.info else ""
    pieces: list[Piece] = [(f"{name}{where}", "muted")]
    match engine.state:
        case "failed":
            pieces.append(("the model failed", "bad"))
        case "restarting":
            pieces.append(("the model restarts", "warn"))
        case "starting" | "stopped":
            pieces.append(("loading" if desk.is_open else "opening", "muted"))
        case _ if desk.writing.current:
            written, wanted = desk.writing.progress(desk.writing.current)
            text = f"writing {written}/{wanted}"
            if time_left is not None and time_left >= 1:
                text += f", {duration(time_left)} left"
            pieces.append((text, "link"))
        case _:
            pieces.append(("ready", "faint"))
    return tuple(pieces)


def _figures(desk: Desk) -> tuple[Piece, ...]:
    sitting = desk.sitting()
    pieces: list[Piece] = [*postings.figures(desk), (f"{sitting.left:,} left", "strong")]
    pieces.append((f"{sitting.judged:,} judged", "muted"))
    pieces.append((f"{sitting.approved:,} approved", "muted"))
    if sitting.pace:
        pieces.append((f"{sitting.pace:.0f} an hour", "muted"))
    return (*_inbox(desk), *_learning(desk), *pieces)


def _learning(desk: Desk) -> tuple[Piece, ...]:
    running = desk.learning.running
    return ((f"{running.version} learns", "link"),) if running else ()


def _inbox(desk: Desk) -> tuple[Piece, ...]:
    """Return what is to be known of the reading of X, nothing while it goes well."""
    if desk.polling.stopped:
        return (("inbox stopped", "bad"),)
    return (("inbox waits", "warn"),) if desk.polling.trouble else ()


def song_facts(desk: Desk, request_id: str, rows: int) -> SongFacts:
    """Return a request with its song, in so many lines."""
    request = desk.ledger.requests[request_id]
    state = desk.looking_up.state(request_id)
    when = age(request.at, desk.ledger.stamp())
    return SongFacts(
        song=state.song,
        text=request.text,
        author=request.author,
        source=request.source,
        when=f"{when} ago" if when and when != "now" else when,
        others=request.others,
        rows=rows,
        origin=origins.origin(state.song, desk.settings.model_sources),
        doubt=origins.doubt(state, desk.settings.keys),
    )


def preview_facts(
    slot: Slot | None, desk: Desk, rows: int, keys: Mapping[str, str]
) -> PreviewFacts:
    """Return the post that a sample would be, or is; empty while it is still being written.

    `keys` are shown keys by command, to name those that take it back.
    """
    if slot is None or slot.card is None:
        return PreviewFacts(rows=rows)
    card = slot.card
    row = desk.posting.row(card.sample.id)
    if row is not None and (row.post.state in ANSWERING or card.judgement.verdict == "approve"):
        going = postings.fate(desk, row, keys)
        return PreviewFacts(card.text, card.length, tuple(warnings(card)), rows, going)
    if card.judgement.draft:  # what approving would post
        return edited_facts(card, card.judgement.draft, desk, rows)
    return _planned(card, desk, rows)


def _planned(card: Card, desk: Desk, rows: int) -> PreviewFacts:
    plan = desk.posting.plan(card.sample.request_id, card.text, card.sample.id)
    spoken = [(f"! {warning}", "warn") for warning in plan.warnings]
    if plan.kind in ("none", "blocked"):
        spoken = [*link_warnings(card.text)]
    going = postings.planned(plan, desk.posting.dry)
    return PreviewFacts(card.text, card.length, (*warnings(card), *spoken), rows, going)


def edited_facts(card: Card, text: str, desk: Desk, rows: int) -> PreviewFacts:
    """Return the post that an edit under way would be."""
    length = desk.cards.weigh(text)
    now = replace(card, text=text, length=length, like=(), offensive=desk.cards.offensive(text))
    return _planned(now, desk, rows)


def song_name(song: Song, text: str) -> str:
    """Return a song in a few words, the request's text where there is none."""
    parts = [shown(part, 60) for part in (song.artist, song.title) if part]
    return " – ".join(parts) or shown(text, 60)


def position(slots: Sequence[Slot], at: int | None, place: int | None, count: int) -> str:
    """Return where one is: "sample 2 of 5, request 3 of 12"."""
    parts = []
    if slots and at is not None:
        parts.append(f"sample {at + 1} of {len(slots)}")
    if place is not None:
        parts.append(f"request {place + 1:,} of {count:,}")
    return ", ".join(parts)


def sitting_lines(sitting: Sitting) -> list[tuple[str, str]]:
    """Return the figures of a sitting, each with what it counts."""
    lines = [
        (f"{sitting.judged:,}", "judged"),
        (f"{sitting.approved:,}", "approved"),
        (f"{sitting.rejected:,}", "rejected"),
        (f"{sitting.edited:,}", "edited"),
        (duration(sitting.seconds), "of active time"),
    ]
    if sitting.pace:
        lines.append((f"{sitting.pace:.0f}", "requests an hour"))
    left = f"{'request' if sitting.left == 1 else 'requests'} left"
    if sitting.left and sitting.seconds_left is not None:
        left += f", about {duration(sitting.seconds_left)} at this pace"
    return [*lines, (f"{sitting.left:,}", left)]
