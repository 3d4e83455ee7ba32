"""What is asked of the curator in dialogs: new requests, songs, tags, filters; and the help."""

from curator.tui.screens.judging import Judging


class Asking(Judging):
    """Opens the dialogs and takes what they bring back."""

    def action_quit(self) -> None:
        """Show how the sitting went, and leave."""
        self.app.action_leave()  # type: ignore[attr-defined]
