"""What is said of posts: a sign and a word for each state, and sentences on what comes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from curator.desk.desk import Desk
from curator.desk.handling import Action
from curator.desk.posting import OutboxRow
from curator.domain.outbox import Post, State
from curator.domain.plain import shown
from curator.publishing.planning import Plan
from curator.publishing.sender import LOOKS
from curator.tui.wording import age, counted, duration

Piece = tuple[str, str]

SIGNS: Mapping[State, Piece] = {
    "uncertain": ("?", "warn"),
    "sending": ("→", "link"),
    "queued": ("◔", "accent"),
    "blocked": ("!", "bad"),
    "rejected": ("✗", "bad"),
    "dry": ("◌", "muted"),
    "posted": ("✓", "good"),
    "given up": ("–", "faint"),
    "withdrawn": ("↶", "faint"),
}
_WORDS: Mapping[State, str] = {"rejected": "refused", "dry": "dry run"}
COMMANDS: Mapping[Action, str] = {
    "send_now": "send-now",
    "withdraw": "withdraw",
    "look_for": "look-for",
    "posted_as": "posted-as",
    "again": "post-again",
    "plain": "post-plain",
    "give_up": "give-up",
}
"""What can be done with a post → the command that does it."""


def word(state: State) -> str:
    """Return a state in a word, such that nobody takes it for a verdict of the curator."""
    return _WORDS.get(state, state)


def price(dollars: float) -> str:
    """Return what a post costs: to a tenth of a cent, as X charges."""
    return f"${dollars:.3f}"


def address(tweet: str) -> str:
    """Return where a post is found on X by its id alone."""
    return f"https://x.com/i/status/{shown(tweet, 40)}"


@dataclass(frozen=True, slots=True)
class Mark:
    """How the queue marks a request whose answer is, or was, on its way to X."""

    sign: str
    ink: str
    word: str


def mark(desk: Desk, request_id: str, *, approved: bool) -> Mark | None:
    """Return the mark of a request, None where no post speaks louder than its verdict."""
    outbox = desk.posting.outbox
    post = outbox.answer_to(request_id)
    if post is None and approved and (posts := outbox.of_request(request_id)):
        post = max(posts, key=lambda post: post.at)
    if post is None or (row := desk.posting.row(post.id)) is None:
        return None
    return mark_of(desk, row)


def mark_of(desk: Desk, row: OutboxRow) -> Mark:
    """Return how a post is marked."""
    state = row.post.state
    sign, ink = SIGNS[state]
    if state != "queued":
        return Mark(sign, ink, word(state))
    return Mark(sign, ink, "waits" if _is_kept(desk, row) else _left(row))


def _left(row: OutboxRow) -> str:
    """Return when a queued post leaves, short: "in 14 s", "now"."""
    seconds = ceil(row.seconds or 0.0)
    return f"in {duration(seconds)}" if seconds else "now"


def _is_kept(desk: Desk, row: OutboxRow) -> bool:
    """Whether a queued post does not leave when it is due: nothing does."""
    posting = desk.posting
    if posting.dry:
        return False
    return bool(posting.stopped or (posting.trouble and not row.seconds))


def going(desk: Desk, row: OutboxRow) -> Piece:
    """Return what comes of a queued post, and when."""
    posting = desk.posting
    when = _left(row)
    if posting.dry:
        return f"is rehearsed {when}, nothing is sent", "accent"
    if posting.stopped:
        return "waits: posting has stopped", "bad"
    if row.post.why and not _is_kept(desk, row):
        return f"waits, {when} another try. {shown(row.post.why, 300)}", "warn"
    if posting.trouble:
        return f"waits for X. {shown(posting.trouble, 300)}", "warn"
    return f"goes out {when}", "accent"


def outcome(desk: Desk, row: OutboxRow) -> Piece:
    """Return where a post stands, as a sentence with its ink."""
    post = row.post
    why = shown(post.why, 400)
    when = _ago(desk, post.at)
    match post.state:
        case "queued":
            return going(desk, row)
        case "sending":
            return "is being sent; X has not answered yet", "link"
        case "posted":
            return _posted(desk, post), "good"
        case "rejected":
            return f"not posted {when}. {why}", "bad"
        case "uncertain":
            return f"may be on X, or not. {_looked(desk, post)} {why}", "warn"
        case "blocked":
            return f"not to be posted: {why}", "bad"
        case "dry":
            return f"rehearsed {when}: nothing was sent", "muted"
        case "given up":
            return f"given up {when}", "faint"
        case "withdrawn":
            return f"withdrawn {when}, before it left", "faint"


def _posted(desk: Desk, post: Post) -> str:
    by_hand = ", as you said" if post.by_hand else ""
    said = f"posted {_ago(desk, post.posted_at or post.at)}{by_hand}"
    if post.likes is not None:
        said += f", {counted(post.likes, 'like')}"
    return f"{said}  {address(post.tweet or '')}"


def _looked(desk: Desk, post: Post) -> str:
    if not post.looked:
        return _unlooked(desk)
    times = counted(post.looked, "time")
    more = "" if post.looked < len(LOOKS) else "; by itself no more"
    return f"Looked for in vain {times}, last {_ago(desk, post.looked_at or post.at)}{more}."


def _unlooked(desk: Desk) -> str:
    posting = desk.posting
    if posting.dry:
        return "In a dry run nothing is looked for."
    if posting.halted:
        return "It is looked for once posting goes on."
    if posting.trouble:
        return "It is looked for as soon as X is asked again."
    return "It is looked for."


def unseeing(desk: Desk, go_on: str) -> str:
    """Return why nothing can be looked for on X, if so; `go_on` is the key that ends a stop."""
    if desk.posting.dry:
        return "in a dry run nothing can be read on X"
    if desk.posting.halted:
        return f"posting has stopped, and with it the looking: {go_on} goes on"
    return ""


def _ago(desk: Desk, at: str) -> str:
    when = age(at, desk.ledger.stamp())
    return f"{when} ago" if when and when != "now" else "just now"


def fate(desk: Desk, row: OutboxRow, keys: Mapping[str, str]) -> tuple[Piece, ...]:
    """Return what becomes of a post, with the key that takes it back while one does.

    The first piece may be cut, the others not. `keys` are shown keys by command.
    """
    said, ink = outcome(desk, row)
    if row.post.state == "queued":
        return (said, ink), (f" · {take_back(desk, row, keys)} takes it back", "muted")
    if row.post.state in ("uncertain", "rejected", "blocked"):
        return (said, ink), (f" · {keys['outbox']} shows it", "muted")
    return ((said, ink),)


def take_back(desk: Desk, row: OutboxRow, keys: Mapping[str, str]) -> str:
    """Return the key that withdraws a post in Review: undo if its approval was the last step."""
    last = desk.ledger.session.undoable(desk.ledger.curator)
    undoes = last is not None and last.type == "judged" and last.target == row.post.id
    return keys["undo" if undoes else "reopen"]


def planned(plan: Plan, dry: str | None) -> tuple[Piece, ...]:
    """Return what approving would do; the first piece may be cut, the others not."""
    if plan.kind == "none":
        return ((f"not posted: {plan.reason}", "faint"),)
    if plan.kind == "blocked":
        return ((f"not to be posted: {plan.reason}", "bad"),)
    pieces: list[Piece] = [(plan.reason, "muted"), (f" · {price(plan.price)}", "text")]
    if dry:
        pieces.append((" · dry run", "warn"))
    return tuple(pieces)


def figures(desk: Desk) -> tuple[Piece, ...]:
    """Return what the header says of posting: that it is only rehearsed, or stopped, or busy."""
    posting = desk.posting
    pieces: list[Piece] = []
    if posting.dry:
        pieces.append(("dry run", "warn"))
    elif posting.stopped:
        pieces.append(("posting stopped", "bad"))
    queued = [] if posting.dry or posting.stopped else posting.outbox.open("queued")
    if queued and (row := posting.row(queued[0].id)):
        pieces.append((f"{len(queued)} to go out {_left(row)}", "accent"))
    if uncertain := posting.outbox.open("uncertain"):
        pieces.append((f"{len(uncertain)} uncertain", "warn"))
    return tuple(pieces)


def refusal(desk: Desk, row: OutboxRow, action: Action, look: str) -> str:
    """Return why something can't be done with a post; `look` is the key that looks for one."""
    post = row.post
    if action == "withdraw" and post.state == "posted":
        return "it is posted already: only on X can it be deleted"
    if action == "plain" and post.state == "rejected" and post.reply_to is None:
        return "it is a plain post already"
    match desk.posting.missing(post.id, action):
        case "approval":
            return "its approval was taken back: approve it anew"
        case "look":
            return f"it has to be looked for first: {look} does so now"
    return f"that is not for a post that is {word(post.state)}"
