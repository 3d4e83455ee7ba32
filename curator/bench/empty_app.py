"""The least that a Textual app can be: it shows a word, and which key came last.

The baseline of first paint and of key to paint. `python -m curator.bench.empty_app`.
"""

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Static


class EmptyApp(App[None]):
    """One line of text; each key writes its number there."""

    count = 0

    def compose(self) -> ComposeResult:
        """Show that it is there."""
        yield Static("ready")

    def on_key(self, _event: Key) -> None:
        """Count the key and show the count."""
        self.count += 1
        self.query_one(Static).update(f"key {self.count:06}")


if __name__ == "__main__":
    EmptyApp().run()
