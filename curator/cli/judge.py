"""`curator judge`: judgements from scripts, a JSON line each."""

from typing import Annotated

import typer

from curator.cli.exits import FAILED
from curator.cli.options import Home, folder
from curator.cli.streams import count, json_line, lines, say
from curator.cli.wiring import existing, open_store, settings_of


def judge(
    home: Home = None,
    curator: Annotated[
        str | None,
        typer.Option(metavar="NAME", show_default=False, help="Whose judgements these are."),
    ] = None,
) -> None:
    """Judge samples by JSON lines on standard input.

    Each line names a sample and what you think of it; each is answered by a line on standard
    output, printed only once the judgement is on disk: {"ok": true, "id": …} with the id of its
    event, or {"ok": false, "error": …}. A bad line stops nothing; the exit code is 1 if there
    was one. {"undo": true} takes the last step back, {"redo": true} does it again. Approving the
    answer to a request from X queues its post, which `curator post` sends once its time to undo
    is over; "posts" then says where that stands.

    \b
    sample_id   as `curator generate --save --json` and `curator export` print it
    verdict     "approve", "reject", or null to reopen
    stars       1 to 5, or null to take them away
    text        the edited text, or null for the text as written
    tags        a list of texts, in place of the tags it had
    rank        "best" or "worst" of its request, or null
    seconds     how long the decision took

    \b
    Example:
      echo '{"sample_id": "01J…", "verdict": "approve", "stars": 4}' | curator judge
    """
    from curator.desk.scripted import ScriptedJudge

    place = existing(folder(home))
    settings = settings_of(place, curator=curator)
    good = bad = 0
    with open_store(place, write=True) as store:
        for notice in store.notices:
            say(f"curator: {notice}")
        scripted = ScriptedJudge(store, settings.curator, settings=settings)
        for number, line in enumerate(lines("-"), 1):
            if not line.strip():
                continue
            answer = scripted.take(line)
            good, bad = good + answer["ok"], bad + (not answer["ok"])
            print(json_line(answer | {"line": number}), flush=True)
    say(f"{count(good, 'line')} judged" + (f", {bad:,} refused" if bad else ""))
    if bad:
        raise typer.Exit(FAILED)
