"""One list of actions, from which bindings, footer, help, palette and README follow."""

import pytest
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input, TextArea

from curator.tui.app import CuratorApp
from curator.tui.clashes import KeyClash, check_keys, field_keys
from curator.tui.keys import (
    BY_ID,
    COMMANDS,
    FOOTER,
    bindings,
    families,
    key_table,
    keys_of,
    shown_keys,
)
from curator.tui.screens.dialog import Dialog
from curator.tui.screens.explore import ExploreScreen
from curator.tui.screens.learn import LearnScreen
from curator.tui.screens.outbox import OutboxScreen
from curator.tui.screens.review import ReviewScreen
from curator.tui.widgets.editor import Editor
from curator.tui.widgets.filter_line import FilterLine

OWNERS = {"review": ReviewScreen, "explore": ExploreScreen, "outbox": OutboxScreen,
          "learn": LearnScreen, "edit": Editor, "filter": FilterLine,
          "dialog": Dialog, "any": CuratorApp}  # fmt: skip


def test_our_own_keys_do_not_clash():
    check_keys()


def test_ids_are_given_once():
    assert len(BY_ID) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.id)
def test_every_command_has_its_action(command):
    name = command.does.partition("(")[0]
    owners = [OWNERS[scope] for scope in (command.scope, *command.also)]
    for owner in [CuratorApp] if name.startswith("app.") else owners:
        assert hasattr(owner, f"action_{name.removeprefix('app.')}")


@pytest.mark.parametrize("scope", OWNERS)
def test_bindings_are_made_of_the_list_and_nothing_else(scope):
    own = {b.id for b in OWNERS[scope].BINDINGS}
    assert own == {c.id for c in COMMANDS if c.works_in(scope) and c.keys}


def test_the_footer_names_commands_that_there_are():
    known = {c.id for c in COMMANDS} | {c.family for c in COMMANDS}
    assert {name for names in FOOTER.values() for name in names} <= known


@pytest.mark.parametrize(
    ("keymap", "names"),
    [
        ({"approve": "x"}, ("approve", "reject")),
        ({"reject": "ctrl+q"}, ("reject", "leave")),
        ({"more": "down"}, ("more", "next-sample")),
        ({"undo": "u,ctrl+i"}, ("undo", "queue")),
        ({"copy": "ctrl+c"}, ("copy", "Textual")),
        ({"save-edit": "ctrl+k"}, ("save-edit", "moving and editing")),
        ({"leave-edit": "q"}, ("leave-edit", "typing text")),
        ({"palette": "z"}, ("palette", "typing text")),
        ({"accept": "ctrl+q"}, ("accept", "leave")),
        ({"cancel": "ctrl+s"}, ("cancel", "accept")),
        ({"back": "question_mark"}, ("help", "back")),
        ({"approve": "v", "reject": "v"}, ("approve", "reject")),
    ],
)
def test_clashes_name_both_sides(keymap, names):
    with pytest.raises(KeyClash) as clash:
        check_keys(keymap)
    assert all(name in str(clash.value) for name in names)


@pytest.mark.parametrize(
    "keymap", [{"approve": "v"}, {"approve": "v,f5"}, {"rate-1": "f", "filter": "f3"}, {}, None]
)
def test_own_keys_that_do_not_clash_are_fine(keymap):
    check_keys(keymap)


def test_two_actions_can_change_places():
    check_keys({"approve": "x", "reject": "a"})


@pytest.mark.parametrize("keys", ["hyper+a", "abc", "ctrl+"])
def test_what_is_no_key_is_refused(keys):
    with pytest.raises(KeyClash, match="is no key"):
        check_keys({"approve": keys})


def test_an_action_that_there_is_not_is_refused():
    with pytest.raises(KeyClash, match=r"'aprove'.*approve"):
        check_keys({"aprove": "a"})


def test_the_app_does_not_start_with_a_clash(stage):
    with pytest.raises(KeyClash):
        stage.app(keymap={"approve": "x"})


def test_textual_has_no_key_that_we_take_unknowingly():
    """Keys of Textual's own screen and app are ours by name, or stay what they are."""
    made = Binding.make_bindings([*Screen.BINDINGS, *CuratorApp.__mro__[1].BINDINGS])
    theirs = {b.key for b in made}
    ours = {key for c in COMMANDS for key in keys_of(c)}
    assert theirs & ours == {"tab", "ctrl+q"}  # nothing at the desk takes the focus; we leave too


def test_the_keys_of_fields_are_read_from_the_fields():
    for widget in (TextArea, Input):
        keys = {b.key for b in Binding.make_bindings(widget.BINDINGS)}
        assert keys <= field_keys()


def test_families_are_shown_as_one():
    (stars,) = [family for family in families()["Judge"] if family[0].family == "rate"]
    assert shown_keys(stars) == "1–5"
    assert shown_keys([BY_ID["undo"]]) == "u ctrl+z ⌫"
    assert shown_keys([BY_ID["filter"]]) == "/"
    assert shown_keys([BY_ID["approve"]], {"approve": "v"}) == "v"


def test_the_table_names_every_action():
    table = key_table()
    assert all(command.help in table for command in COMMANDS)
    assert "| `a` | Approve" in table
    assert table.startswith("| Judge | |\n|---|---|\n")


def test_all_bindings_have_an_id_a_label_and_a_sentence():
    for scope in OWNERS:
        for binding in bindings(scope):
            assert binding.id
            assert binding.description
            assert binding.tooltip.endswith(".")


async def test_own_keys_work_and_are_shown(stage):
    async with stage.open(keymap={"approve": "v", "reject": "a"}) as pilot:
        app = pilot.app
        first = app.review.card.sample.id
        await pilot.press("a")
        assert app.desk.ledger.session.judgement(first).verdict == "reject"
        await pilot.press("x")
        second = app.review.card.sample.id
        await pilot.press("v")
        assert app.desk.ledger.session.judgement(second).verdict == "approve"
        hints = {h.label: h.keys for h in app.review.query_one("#keys").facts}
        assert (hints["approve"], hints["reject"]) == ("v", "a")
