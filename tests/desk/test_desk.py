"""A sitting at the desk, without a screen."""

import asyncio
import json

import pytest
from tinydb import TinyDB

from curator.desk.changes import Grew, Noticed, NotSaved, Saved
from curator.desk.keeper import rescue
from curator.desk.writing import seed_of
from curator.domain.filtering import Filter
from curator.domain.records import Song
from curator.store import StoreError


async def ask(desk, until, text="Ann Lee – Low Sun"):
    """Ask for a song and wait for its batch."""
    (request,) = desk.asking.typed(text)
    desk.writing.face(request.id)
    batch, written = desk.settings.batch, desk.ledger.samples
    await until(lambda: len(written(request.id)) == batch and desk.writing.current is None)
    return request


async def test_a_typed_line_becomes_a_request_with_its_song(desk):
    (request,) = desk.asking.typed("  Ann Lee – Low Sun ")
    assert (request.song.artist, request.song.title) == ("Ann Lee", "Low Sun")
    assert request.source == "typed"


async def test_many_lines_are_many_requests(desk):
    requests = desk.asking.typed("Ann Lee – Low Sun\n\nBo Day – High Moon\n")
    assert [r.song.title for r in requests] == ["Low Sun", "High Moon"]


async def test_nothing_typed_is_refused(desk):
    with pytest.raises(ValueError, match="nothing"):
        desk.asking.typed(" \n ")


async def test_a_batch_is_written_and_kept(desk, desks, until):
    request = await ask(desk, until)
    texts = [s.text for s in desk.ledger.samples(request.id)]
    assert texts == [f"Low Sun sounds like row {n}." for n in range(3)]
    await desk.close()
    again = await desks()
    assert [s.text for s in again.ledger.samples(request.id)] == texts
    sample = again.ledger.samples(request.id)[0]
    assert (sample.model, sample.weights, sample.seed) == ("scripted", "hash", seed_of(request.id))


async def test_the_rows_grow_before_the_eyes(desk, until):
    await ask(desk, until)
    grown = [dict(c.rows) for c in desk.heard if isinstance(c, Grew)]
    assert grown == [{n: "Low Sun sound"} for n in range(3)]


async def test_nothing_is_written_for_a_request_without_a_song(desk, until):
    (request,) = desk.asking.typed("what a day")
    desk.writing.face(request.id)
    other = await ask(desk, until)
    assert desk.queue.state(request.id) == "no song"
    assert {j.seed for j in desk.engine.jobs} == {seed_of(other.id)}
    desk.asking.correct(request.id, Song("Bo", "Day"))
    desk.writing.face(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) == 3)


async def test_the_next_batch_is_written_while_this_one_is_judged(desk, until):
    first, second, third = desk.asking.typed("A – One\nB – Two\nC – Three")
    desk.writing.face(first.id, desk.queue.following(first.id, 1))
    await until(lambda: len(desk.ledger.samples(second.id)) == 3)
    assert desk.ledger.samples(third.id) == []


async def test_who_looks_at_a_request_need_not_wait_for_another(desk, until):
    first, second = desk.asking.typed("A – One\nB – Two")
    desk.engine.held_from = 0
    desk.writing.face(first.id)
    await until(lambda: desk.writing.growing)
    desk.writing.face(second.id)
    await until(lambda: desk.writing.current == second.id)
    desk.engine.gate.set()
    await until(lambda: len(desk.ledger.samples(second.id)) == 3)
    assert desk.engine.cancelled


async def test_interrupted_writing_goes_on_with_the_rows_that_miss(desk, until):
    desk.engine.held_from = 1
    (request,) = desk.asking.typed("A – One")
    desk.writing.face(request.id)
    await until(lambda: 1 in desk.writing.growing)
    assert desk.writing.cancel(request.id)
    await until(lambda: desk.writing.current is None)
    assert [s.row for s in desk.ledger.samples(request.id)] == [0]
    assert not desk.writing.is_wanted(request.id)
    desk.engine.held_from = None
    desk.writing.more(request.id)
    await until(lambda: not desk.writing.is_wanted(request.id))
    assert [s.row for s in desk.ledger.samples(request.id)] == [0, 1, 2, 3]


async def test_more_samples_go_on_where_the_rows_ended(desk, until):
    request = await ask(desk, until)
    desk.writing.more(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) == 6)
    assert [s.row for s in desk.ledger.samples(request.id)] == list(range(6))


async def test_a_failing_engine_is_said_and_can_be_asked_again(desk, until):
    desk.engine.fail = "no memory left: close something"
    (request,) = desk.asking.typed("A – One")
    desk.writing.face(request.id)
    await until(lambda: any(isinstance(c, Noticed) and "memory" in c.text for c in desk.heard))
    assert desk.queue.state(request.id) == "waiting"
    desk.engine.fail = None
    desk.writing.more(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) == 3)


async def test_what_failed_is_written_for_when_it_is_turned_to_again(desk, until):
    desk.engine.fail = "no memory left: close something"
    one, other = desk.asking.typed("A – One\nB – Two")
    desk.writing.face(one.id)
    await until(lambda: any(isinstance(c, Noticed) and "memory" in c.text for c in desk.heard))
    desk.engine.fail = None
    desk.writing.face(one.id, [other.id])  # no turning: it would fail again and again
    await until(lambda: len(desk.ledger.samples(other.id)) == 3)
    assert desk.ledger.samples(one.id) == []
    desk.writing.face(other.id, [one.id])
    desk.writing.face(one.id, [other.id])
    await until(lambda: len(desk.ledger.samples(one.id)) == 3)


async def test_what_was_stopped_stays_so(desk, until):
    one, other = desk.asking.typed("A – One\nB – Two")
    desk.engine.held_from = 0
    desk.writing.face(one.id)
    await until(lambda: desk.engine.jobs)
    desk.writing.cancel(one.id)
    desk.engine.gate.set()
    desk.writing._failed.add(one.id)
    desk.writing.more(one.id)  # wanted, and then stopped: no failure any more
    desk.writing.cancel(one.id)
    for front, following in ((other, one), (one, other)):
        desk.writing.face(front.id, [following.id])
    await until(lambda: len(desk.ledger.samples(other.id)) == 3)
    assert desk.ledger.samples(one.id) == []


async def test_judgements_survive_and_undo_reaches_over_the_restart(desk, desks, until):
    request = await ask(desk, until)
    first, second, _ = desk.ledger.samples(request.id)
    desk.judging.rate(first.id, 4)
    desk.judging.reject(second.id)
    desk.judging.approve(first.id)
    await desk.close()

    again = await desks()
    assert again.queue.state(request.id) == "approved"
    steps = [again.history.undo() for _ in range(3)]
    assert [s.what for s in steps] == ["approval", "rejection", "4 stars"]
    assert [s.sample_id for s in steps] == [first.id, second.id, first.id]
    assert again.history.undo() is None
    assert again.queue.state(request.id) == "open"
    assert again.history.redo().what == "4 stars"
    assert again.ledger.session.judgement(first.id).stars == 4


async def test_a_judgement_is_said_to_be_saved_only_once_it_is(desk, until):
    request = await ask(desk, until)
    await until(lambda: desk.ledger.keeper.unsaved == 0)
    event = desk.judging.approve(desk.ledger.samples(request.id)[0].id)
    assert not desk.cards.of(request.id)[0].saved
    await until(lambda: any(isinstance(c, Saved) and event.id in c.ids for c in desk.heard))
    assert desk.cards.of(request.id)[0].saved
    journal = "".join(p.read_text() for p in desk.home.glob("journal-*.jsonl"))
    assert event.id in journal


async def test_approving_takes_the_draft_along(desk, until):
    request = await ask(desk, until)
    sample = desk.ledger.samples(request.id)[0]
    desk.judging.draft(sample.id, "Low Sun glows.")
    desk.judging.approve(sample.id)
    judgement = desk.ledger.session.judgement(sample.id)
    assert (judgement.text, judgement.draft, judgement.verdict) == (
        "Low Sun glows.",
        None,
        "approve",
    )


async def test_a_draft_survives_without_a_goodbye(desk, desks, until):
    request = await ask(desk, until)
    sample = desk.ledger.samples(request.id)[0]
    desk.judging.draft(sample.id, "Low Sun gl")
    await until(lambda: desk.ledger.keeper.unsaved == 0)
    await desk.close()
    again = await desks()
    assert again.ledger.session.judgement(sample.id).draft == "Low Sun gl"


async def test_editing_back_to_the_text_as_written_is_no_edit(desk, until):
    request = await ask(desk, until)
    sample = desk.ledger.samples(request.id)[0]
    assert desk.judging.edit(sample.id, sample.text) is None
    assert desk.judging.edit(sample.id, "Other.") is not None
    assert desk.judging.edit(sample.id, sample.text) is not None
    assert desk.ledger.session.judgement(sample.id).text is None


@pytest.mark.parametrize("stars", [0, 6, -1])
async def test_stars_go_from_one_to_five(desk, until, stars):
    request = await ask(desk, until)
    with pytest.raises(ValueError, match="1 to 5"):
        desk.judging.rate(desk.ledger.samples(request.id)[0].id, stars)


async def test_the_queue_turns_to_deferred_requests_last(desk, until):
    first, second, third = desk.asking.typed("A – One\nB – Two\nC – Three")
    desk.asking.defer(first.id)
    assert [i.id for i in desk.queue.items()] == [second.id, third.id, first.id]
    assert desk.queue.after(first.id) == second.id
    assert desk.queue.following(second.id, 5) == [third.id, first.id]
    assert desk.queue.left() == 3


async def test_the_queue_goes_on_from_where_a_request_was_before_it_left(desk, until):
    first, second, third = desk.asking.typed("A – One\nB – Two\nC – Three")
    desk.queue.filter = Filter.parse("-two")
    assert desk.queue.after(second.id) == third.id
    assert desk.queue.following(second.id, 5) == [third.id, first.id]
    assert [desk.queue.gap(r) for r in (None, first.id, second.id, third.id)] == [0, 0, 1, 1]


async def test_what_earlier_sittings_settled_is_shown_only_when_asked_for(desk, desks, until):
    request = await ask(desk, until)
    desk.judging.approve(desk.ledger.samples(request.id)[0].id)
    assert [i.state for i in desk.queue.items()] == ["approved"]
    await desk.close()
    again = await desks()
    assert again.queue.items() == []
    again.queue.filter = Filter.parse("state:approved")
    assert [i.id for i in again.queue.items()] == [request.id]


async def test_a_request_whose_samples_are_all_rejected(desk, until):
    request = await ask(desk, until)
    for sample in desk.ledger.samples(request.id):
        desk.judging.reject(sample.id)
    assert desk.queue.state(request.id) == "rejected"
    assert desk.queue.left() == 0


async def test_a_correction_of_the_song_marks_what_was_written_before(desk, until):
    request = await ask(desk, until)
    desk.asking.correct(request.id, Song("Ann Lee", "High Sun"))
    assert all(card.stale for card in desk.cards.of(request.id))
    desk.writing.more(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) == 6)
    assert [c.stale for c in desk.cards.of(request.id)] == [True] * 3 + [False] * 3
    assert desk.ledger.samples(request.id)[-1].text.startswith("High Sun")


async def test_cards_warn_of_siblings_and_of_past_posts(desk, until):
    past = await ask(desk, until, "Bo – Low Sun")
    desk.judging.approve(desk.ledger.samples(past.id)[0].id)
    request = await ask(desk, until)
    first = desk.cards.of(request.id)[0]
    assert {like.sibling for like in first.like} >= {2, 3, None}


async def test_the_sitting_counts_what_stands(desk, until):
    request = await ask(desk, until)
    first, second, third = desk.ledger.samples(request.id)
    desk.judging.reject(first.id)
    desk.judging.reject(second.id)
    desk.history.undo()
    desk.judging.approve(third.id)
    sitting = desk.sitting()
    assert (sitting.judged, sitting.approved, sitting.rejected, sitting.left) == (2, 1, 1, 0)


async def test_a_disk_that_refuses_loses_nothing(desk, desks, until, monkeypatch):
    request = await ask(desk, until)
    await until(lambda: desk.ledger.keeper.unsaved == 0)
    sample = desk.ledger.samples(request.id)[0]
    store = desk.ledger.store
    real = store.append

    def full(*records):
        raise StoreError("the disk is full")

    monkeypatch.setattr("curator.desk.keeper.RETRY_SECONDS", 0.01)
    monkeypatch.setattr(store, "append", full)
    desk.judging.rate(sample.id, 2)
    desk.judging.approve(sample.id)
    await until(lambda: any(isinstance(c, NotSaved) and c.waiting == 2 for c in desk.heard))
    assert desk.ledger.session.judgement(sample.id).verdict == "approve"
    monkeypatch.setattr(store, "append", real)
    await until(lambda: desk.ledger.keeper.unsaved == 0)
    await desk.close()
    again = await desks()
    assert again.ledger.session.judgement(sample.id).verdict == "approve"
    assert again.ledger.session.judgement(sample.id).stars == 2


async def test_what_the_disk_never_takes_is_rescued(desk, until, monkeypatch, tmp_path):
    request = await ask(desk, until)
    await until(lambda: desk.ledger.keeper.unsaved == 0)

    def full(*records):
        raise StoreError("the disk is full")

    monkeypatch.setattr(desk.ledger.store, "append", full)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    desk.judging.approve(desk.ledger.samples(request.id)[0].id)
    rescued = await desk.ledger.keeper.close(patience=0.05)
    rows = [json.loads(line) for line in rescued.read_text().splitlines()]
    assert [(r["table"], r["doc"]["verdict"]) for r in rows] == [("events", "approve")]


async def test_to_keep_nothing_leaves_nothing_to_wait_for(desk, until):
    await until(lambda: not desk.ledger.keeper.unsaved)
    desk.ledger.add()
    assert await desk.ledger.keeper.settled(patience=0.05)
    assert await desk.ledger.keeper.close(patience=0.05) is None


def test_rescued_records_are_one_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert rescue([]).read_text() == ""


async def test_stock_tinydb_reads_the_folder_after_closing(desk, until):
    request = await ask(desk, until)
    desk.judging.approve(desk.ledger.samples(request.id)[0].id)
    await desk.close()
    with TinyDB(desk.home / "curator.json") as db:
        assert [r["title"] for r in db.table("requests")] == ["Low Sun"]
        assert len(db.table("samples")) == 3
        assert db.table("events").all()[0]["verdict"] == "approve"


async def test_closing_waits_for_the_disk(desk, desks):
    desk.asking.typed("\n".join(f"A – Song {n}" for n in range(200)))
    await asyncio.sleep(0)
    await desk.close()
    again = await desks()
    assert len(again.ledger.requests) == 200
