"""A long random walk over the keys: in the end the disk holds what the screen believes."""

import random

import pytest

from curator.domain.session import Session
from curator.store import Store

KEYS = (
    *"aaxxxx12345bwurUjjkkllhhgey0",
    "space", "escape", "home", "end", "ctrl+home", "ctrl+end", "backspace", "ctrl+y", "ctrl+z",
    "pagedown", "pageup", "tab", "enter", "ctrl+r", "ctrl+s", "ctrl+t",
)  # fmt: skip
DIALOGS = ("s", "n", "t", "slash", "question_mark")


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_the_screen_believes_is_what_is_stored(stage, script, seed):
    dice = random.Random(seed)
    async with stage.open(size=(100, 30)) as pilot:
        app = pilot.app
        for _ in range(100):
            key = dice.choice(KEYS)
            if dice.random() < 0.06:
                await pilot.press(dice.choice(DIALOGS), *dice.choices(["ab1", "-"], k=3))
                key = dice.choice(("escape", "ctrl+s"))
            await pilot.press(key)
            if dice.random() < 0.03:
                await pilot.resize_terminal(dice.choice((60, 80, 120)), dice.choice((16, 24, 40)))
            assert app.return_code is None
        for _ in range(3):
            await pilot.press("escape")
        await script.settled(pilot)
        review, desk = app.review, app.desk
        believed = {s.card.sample.id: s.card.judgement for s in review.slots if s.card is not None}
        for request_id in desk.ledger.requests:
            for card in desk.cards.of(request_id):
                assert believed.get(card.sample.id, card.judgement) == card.judgement
                believed[card.sample.id] = card.judgement
                assert card.saved
        states = {r: desk.queue.state(r) for r in desk.ledger.requests}
        shown = {r: desk.queue.item(r).state for r in desk.queue.ids()}
        songs = {r: desk.ledger.song(r) for r in desk.ledger.requests}
        assert shown.items() <= states.items()
        assert desk.queue.left() == sum(s not in ("approved", "rejected") for s in states.values())
        counts = desk.tally.counts()
    with Store.open(stage.home, write=False) as store:
        session = Session(store.events())
        assert len(believed) == store.counts()["samples"]
        assert believed == {s.id: session.judgement(s.id) for s in store.samples()}
        assert songs == {r.id: session.song(r.id, r.song) for r in store.requests()}
        verdicts = [j.verdict for j in believed.values() if j.verdict]
        assert counts[:3] == (len(verdicts), verdicts.count("approve"), verdicts.count("reject"))
