"""Text that was typed and not taken in yet: it outlives the dialog, the sitting and the program."""

import threading
from pathlib import Path

FILE = "asked.txt"


class Aside:
    """Text beside the store, in a file of the data folder. `write` may be called in any thread."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._lock = threading.Lock()
        self._text: str | None = None
        self._taking: list[str] = []

    @property
    def text(self) -> str:
        """What is kept; nothing where it can't be read."""
        if self._text is None:
            try:
                self._text = self._file.read_text("utf-8")
            except (OSError, UnicodeError):
                self._text = ""
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        self._text = text

    @property
    def lines(self) -> int:
        """How many lines there are, those that are being taken in among them."""
        return sum(bool(line.strip()) for line in self._whole().splitlines())

    def _whole(self) -> str:
        return "\n".join(filter(None, [*self._taking, self.text]))

    def take(self, text: str) -> None:
        """Note that a text is being taken in: it is offered no more, and kept until `taken`."""
        self._taking.append(text)
        self.text = ""

    def taken(self, text: str) -> None:
        """Note that a text is where it belongs."""
        self._taking.remove(text)

    def write(self) -> None:
        """Have the text on the disk, the newest of several writes last. Raises OSError."""
        with self._lock:
            if text := self._whole():
                draft = self._file.with_suffix(".new")
                draft.write_bytes(text.encode("utf-8", "replace"))
                draft.replace(self._file)
            else:
                self._file.unlink(missing_ok=True)
