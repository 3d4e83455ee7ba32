"""The keys, as they are set, and the guidelines of judging."""

import re
from collections.abc import Iterable, Mapping

from textual import events
from textual.containers import Container, VerticalScroll
from textual.widget import Widget

from curator.tui.guidelines import GUIDELINES
from curator.tui.keys import families, shown_keys
from curator.tui.screens.dialog import Dialog
from curator.tui.widgets.inked import Line, Sheet, runs
from curator.tui.wording import pad, wrap

_COLUMN = 15


class KeyTable(Sheet[Mapping[str, str]]):
    """All keys by group; the facts are the curator's own keys."""

    def lines(self, facts: Mapping[str, str], width: int) -> Iterable[Line]:
        """Return the table."""
        lines: list[Line] = []
        for group, rows in families().items():
            lines += [*([[]] if lines else []), [(group, "heading")]]
            for family in rows:
                keys = shown_keys(family, facts) or "palette"
                text = wrap(family[0].help, max(width - _COLUMN, 12))
                lines.append([(pad(keys, _COLUMN), "key"), (text[0], "muted")])
                lines += [[(" " * _COLUMN, "text"), (line, "muted")] for line in text[1:]]
        return lines


class MarkdownSheet(Sheet[str]):
    """A small part of Markdown: `#` headings, paragraphs, `-` lists, `**bold**`."""

    def lines(self, facts: str, width: int) -> Iterable[Line]:
        """Return the text, wrapped."""
        lines: list[Line] = []
        for row in _paragraphs(facts):
            if row.startswith("# "):
                lines.append([(row[2:], "heading")])
            elif row.startswith("- "):
                first, *rest = _bold(row[2:], width - 2)
                lines.append([("· ", "accent"), *first])
                lines += [[("  ", "text"), *line] for line in rest]
            else:
                lines += _bold(row, width)
        return lines


def _paragraphs(text: str) -> list[str]:
    """Return headings, list items, paragraphs and empty lines, each as one line."""
    rows: list[str] = []
    for line in text.splitlines():
        begins = line.startswith(("# ", "- ")) or not line
        if begins or not rows or not rows[-1] or rows[-1].startswith("# "):
            rows.append(line)
        else:
            rows[-1] += f" {line.strip()}"
    return rows


def _bold(text: str, width: int) -> list[Line]:
    """Return a paragraph with its bold words standing out."""
    parts = re.split(r"\*\*(.+?)\*\*", text)
    inks = ["strong" if n % 2 else "muted" for n, part in enumerate(parts) for _ in part]
    whole = "".join(parts)
    lines: list[Line] = []
    at = 0
    for line in wrap(whole, max(width, 12)):
        at = whole.index(line, at) if line else at
        lines.append(runs(line, inks[at : at + len(line)]))
        at += len(line)
    return lines


class HelpScreen(Dialog[None]):
    """Keys on the left, guidelines on the right; one under the other where it is narrow."""

    title_text = "Help"
    keys = (("cancel", "close"),)
    AUTO_FOCUS = "VerticalScroll"

    def fields(self) -> Iterable[Widget]:
        """Return both."""
        table = KeyTable(id="key-table")
        table.facts = self.keymap
        text = MarkdownSheet(id="guidelines")
        text.facts = GUIDELINES
        yield VerticalScroll(Container(table, text, id="help-columns"), id="help-scroll")

    def on_key(self, event: events.Key) -> None:
        """The keys that open help and quit close it too; j and k scroll."""
        scroll = self.query_one(VerticalScroll)
        match event.key:
            case "question_mark" | "q":
                self.dismiss(None)
            case "j" | "space":
                scroll.scroll_relative(y=1 if event.key == "j" else 10, animate=False)
            case "k":
                scroll.scroll_relative(y=-1, animate=False)
            case _:
                return
        event.stop()
