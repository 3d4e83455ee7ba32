"""Tags of a sample."""

from collections.abc import Iterable, Mapping, Sequence

from textual.widget import Widget
from textual.widgets import Input

from curator.tui.genres import split
from curator.tui.screens.dialog import Dialog, Hint
from curator.tui.widgets.fields import Completion, Field


class TagsDialog(Dialog[tuple[str, ...]]):
    """Brings back the tags."""

    title_text = "Tags of this sample"
    keys = (("accept", "keep them"), ("cancel", "leave them as they are"))

    def __init__(
        self,
        tags: Sequence[str],
        known: Sequence[str],
        keymap: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(keymap)
        self._tags = tags
        self._known = known

    def fields(self) -> Iterable[Widget]:
        """Return the one line."""
        yield Field("tags", ", ".join(self._tags), id="tags",
                    suggester=Completion(lambda: self._known))  # fmt: skip
        hint = Hint(id="tags-hint")
        hint.facts = "separated by commas; → takes what is offered"
        yield hint

    def on_input_submitted(self) -> None:
        """Enter keeps them."""
        self.action_accept()

    def action_accept(self) -> None:
        """Bring the tags back."""
        tags = split(self.query_one("#tags", Input).value)
        self.dismiss(tuple(tag.lstrip("#") for tag in tags if tag.lstrip("#")))
