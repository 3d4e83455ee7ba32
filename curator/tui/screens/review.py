"""Review, the home screen: requests on the left, the song on top, the samples in the middle."""

from typing import ClassVar

from textual.binding import BindingType
from textual.dom import DOMNode

from curator.tui.keys import COMMANDS, bindings
from curator.tui.screens.asking import Asking
from curator.tui.screens.editing import Editing
from curator.tui.screens.listening import Listening
from curator.tui.screens.moving import Moving
from curator.tui.widgets.key_bar import KeyBar

_OWN_ACTIONS = {command.does.partition("(")[0] for command in COMMANDS if command.scope == "review"}
_ALWAYS = {"help", "quit", "theme", "queue", "app.change_theme"}
"""Actions that need no open store."""


class ReviewScreen(Editing, Moving, Asking, Listening):
    """All of the desk's keys over one page."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("review")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letter keys are off while something is typed, and most before the store is open."""
        if action in _OWN_ACTIONS:
            # An editor that lost the focus is gone on with, and nothing else.
            if self.focused is not None or (self.editor is not None and action != "edit"):
                return False
            return self.desk.is_open or action in _ALWAYS
        return super().check_action(action, parameters)

    def action_explore(self) -> None:
        """Look inside the chosen sample; coming back, the one looked at last is chosen."""
        card, request_id = self._card(), self.request_id
        if card is None or request_id is None:
            return
        from curator.tui.screens.explore import ExploreScreen

        screen = ExploreScreen(self.desk, request_id, card.sample.id, self.keymap)
        self.app.push_screen(screen, lambda _: self.go_to(request_id, screen.chosen_id))

    def action_outbox(self) -> None:
        """Show the outbox, at the chosen sample's post; coming back, its request if asked for."""
        from curator.tui.screens.outbox import OutboxScreen

        screen = OutboxScreen(self.desk, self.keymap, self.card.sample.id if self.card else None)

        def closed(_: None) -> None:
            if screen.wanted is not None:
                self.go_to(*screen.wanted)

        self.app.push_screen(screen, closed)

    def action_learn(self) -> None:
        """Show what is learnt from the curator."""
        from curator.tui.screens.learn import LearnScreen

        self.app.push_screen(LearnScreen(self.desk, self.keymap))

    def on_key_bar_pressed(self, message: KeyBar.Pressed) -> None:
        """A key in the footer was clicked."""
        self.app.simulate_key(message.key)

    @property
    def home(self) -> DOMNode:
        """The node whose actions the palette runs."""
        return self
