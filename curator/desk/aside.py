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

    def write(self) -> None:
        """Have the text on the disk, the newest of several writes last. Raises OSError."""
        from models.files import write_atomically

        with self._lock:
            if text := self.text:
                write_atomically(self._file, text.encode("utf-8", "replace"))
            else:
                self._file.unlink(missing_ok=True)
