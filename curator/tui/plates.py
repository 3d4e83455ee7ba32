"""What the middle of the screen says when there are no samples to show: and what to do next."""

from curator.desk.desk import Desk
from curator.domain.plain import shown
from curator.tui.facts import sitting_lines
from curator.tui.widgets.inked import Line

Plate = tuple[Line, ...]


def _plate(title: str, *lines: str | Line, ink: str = "heading") -> Plate:
    made: list[Line] = [[(title, ink)], []]
    made += [[(line, "muted")] if isinstance(line, str) else line for line in lines]
    return tuple(made)


def _keys(*pairs: tuple[str, str]) -> list[Line]:
    return [[(f"{key:>8}", "key"), (f"  {text}", "muted")] for key, text in pairs]


def opening(desk: Desk) -> Plate:
    """Before the store is open."""
    return _plate("Opening the desk", shown(str(desk.home), 200))


def empty(desk: Desk) -> Plate:
    """Nobody asked for anything yet."""
    asked: list[str | Line] = []
    if desk.polling.waits_until is not None:
        seconds = desk.settings.x_poll_seconds
        asked = [[], f"X is asked for new requests every {seconds} s; what comes is shown here."]
    return _plate(
        "Nothing to judge",
        *_keys(("n", "ask for words on a song: type it, or paste many lines")),
        [],
        "Or from a file, once you have left the desk:",
        [("curator import FILE", "strong")],
        *asked,
    )


_FILTER_KEYS = _keys(("esc", "show everything again"), ("/", "change the filter"))


def nothing_passes() -> Plate:
    """The filter lets nothing through."""
    return _plate("Nothing matches the filter", *_FILTER_KEYS)


def none_left() -> Plate:
    """What the filter lets through is judged."""
    return _plate("All that match the filter are judged", *_FILTER_KEYS)


def finished(desk: Desk) -> Plate:
    """All is judged."""
    figures: list[Line] = [
        [(f"{number:>10}", "strong"), (f"  {what}", "muted")]
        for number, what in sitting_lines(desk.sitting())[:-1]
    ]
    return _plate(
        "All requests are judged",
        *figures,
        [],
        *_keys(("n", "ask for more"), ("/", "look at what was judged: state:approved"),
               ("o", "the outbox: what is posted, what waits"),
               ("u", "take back the last judgement"), ("q", "leave")),
        [],
        "The labels, once you have left:",
        [("curator export --format jsonl --out labels.jsonl", "strong")],
    )  # fmt: skip


def without_song() -> Plate:
    """The parser found no song."""
    return _plate(
        "No song was found in this request",
        *_keys(("s", "name the song; the writing begins at once"), ("space", "put it off")),
        ink="warn",
    )


def waiting(desk: Desk, request_id: str) -> Plate:
    """A song, and no sample yet."""
    match desk.engine.state:
        case "failed":
            return _plate(
                "The model can't write",
                shown(desk.engine.error, 400),
                [],
                "What is written already can still be judged, edited and exported.",
                ink="bad",
            )
        case "restarting":
            return _plate("The model stopped and is started again", "This request is kept.",
                          ink="warn")  # fmt: skip
        case "starting" | "stopped":
            return _plate("The model is being loaded", "The first samples come as soon as it is.")
    if desk.writing.is_wanted(request_id):
        return _plate("About to be written")
    return _plate("No samples yet", *_keys(("g", "have some written")))


def empty_outbox(desk: Desk, again: str) -> Plate:
    """Nothing was ever to be posted."""
    lines: list[str | Line] = []
    match desk.settings.publish:
        case "none":
            lines.append("Posting is switched off (publish in config.toml).")
        case "all":
            lines.append("Approve a sample: its text waits here, then it is posted.")
        case _:
            lines.append("Approve a sample for a request that came from X: its text waits here,")
            lines.append("so that it can be undone, and is then posted.")
    if desk.posting.dry and not desk.settings.dry_run:
        lines += [[], "To post for real, once you have left or in another terminal:"]
        lines += [[("curator auth x", "strong")], f"then {again} here reads the credentials anew."]
    return _plate("Nothing is posted yet", *lines)


def too_small() -> Plate:
    """The terminal is smaller than the page can be."""
    return _plate("Too small", "Curator needs 60 columns and 16 rows.", "Nothing is lost.")
