"""Under which address a post is on X, where only the curator knows."""

from collections.abc import Callable, Iterable, Mapping

from textual.widget import Widget
from textual.widgets import Input

from curator.desk.queueing import NotAllowed
from curator.tui.screens.dialog import Dialog, Hint
from curator.tui.widgets.fields import Field


class PostedAs(Dialog[bool]):
    """Brings back whether it was kept. `keep` takes the address; raises `NotAllowed`."""

    title_text = "It is on X"
    keys = (("accept", "keep it as posted"), ("cancel", "leave it as it is"))

    def __init__(
        self, keep: Callable[[str], None], keymap: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(keymap)
        self._keep = keep

    def fields(self) -> Iterable[Widget]:
        """Return the one line."""
        yield Field("address", "", id="address", hint="https://x.com/…/status/123, or its number")
        hint = Hint(id="address-hint")
        hint.facts = "The post's page on X has it in its address."
        yield hint

    def on_input_submitted(self) -> None:
        """Enter keeps it."""
        self.action_accept()

    def action_accept(self) -> None:
        """Keep the address, or say what is wrong with it."""
        try:
            self._keep(self.query_one("#address", Input).value)
        except NotAllowed as error:
            self.query_one(Hint).facts = f"Not kept: {error}."
            self.app.bell()
        else:
            self.dismiss(True)
