from collections import Counter

from tinydb import TinyDB

from curator.bench.data import copy_of, make_folded, make_home, open_titles
from curator.domain.records import Request, Song
from curator.domain.session import Session
from curator.store import Store


def test_as_many_samples_as_asked_for(lab):
    with Store.open(make_home(lab, 43), write=False) as store:
        assert store.counts()["samples"] == 43
        assert store.counts()["requests"] == 9
        texts = [sample.text for sample in store.samples()]
    assert all(90 <= len(text) <= 130 for text in texts)
    assert len(set(texts)) == 43


def test_one_home_is_a_journal_and_the_other_a_snapshot(lab):
    journalled, folded = make_home(lab, 40), make_folded(lab, 40)
    (journal,) = journalled.glob("journal-*.jsonl")
    assert journal.stat().st_size > 40 * 500
    (journal,) = folded.glob("journal-*.jsonl")
    assert journal.stat().st_size == 0
    with TinyDB(folded / "curator.json") as db:
        assert len(db.table("samples")) == 40


def test_a_home_is_made_once(lab, told):
    make_home(lab, 10)
    make_home(lab, 10)
    assert len(told) == 1


def test_writing_to_a_copy_leaves_the_home_as_it_was(lab):
    home = make_folded(lab, 10)
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    with Store.open(copy_of(lab, home)) as store:
        store.append(Request("new", "", "typed", "", Song())).result()
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


def test_older_requests_are_settled_and_newer_ones_wait_under_their_titles(lab):
    with Store.open(make_home(lab, 40), write=False) as store:
        session = Session(store.events())
        waiting = [r.song.title for r in store.requests() if session.status(r.id) == "open"]
        verdicts = Counter(session.judgement(s.id).verdict for s in store.samples())
    assert waiting == open_titles(40)
    assert len(waiting) == 4
    assert verdicts == {"reject": 8, "approve": 4, None: 28}
