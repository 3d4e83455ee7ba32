"""What the desk says when another model writes than was asked for."""

from dataclasses import replace

from curator.desk.changes import EngineChanged, Noticed


def said(desk):
    return [(c.text, c.severity) for c in desk.heard if isinstance(c, Noticed)]


async def test_that_another_model_writes_is_said_once(desk):
    note = "the base is not here. cvae-small writes meanwhile"
    desk.heard.clear()
    desk.engine.info = replace(desk.engine.info, note=note)
    for _ in range(3):
        desk.engine.on_state()
    assert said(desk) == [(note, "warning")]
    assert sum(isinstance(change, EngineChanged) for change in desk.heard) == 3


async def test_another_note_is_said_again(desk):
    plain = desk.engine.info
    desk.heard.clear()
    for note in ("one", "", "one", "two"):
        desk.engine.info = replace(plain, note=note)
        desk.engine.on_state()
    desk.engine.info = None  # while it starts anew
    desk.engine.on_state()
    assert [text for text, _ in said(desk)] == ["one", "one", "two"]


async def test_without_a_note_nothing_is_said(desk):
    desk.heard.clear()
    desk.engine.on_state()
    assert said(desk) == []
