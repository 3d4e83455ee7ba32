"""What the keys do on every page: help, and light or dark."""

from collections.abc import Mapping

from textual.screen import Screen


class Everywhere(Screen[None]):
    """A page with the actions that all pages have. `keymap` are the curator's own keys."""

    keymap: Mapping[str, str]

    def action_help(self) -> None:
        """Show the keys and the guidelines."""
        from curator.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.keymap))

    def action_theme(self) -> None:
        """Change between light and dark."""
        from curator.tui.theme import DARK, LIGHT

        self.app.theme = LIGHT if self.app.current_theme.dark else DARK
