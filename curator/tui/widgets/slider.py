"""One audio feature: moved with the arrows or the mouse, or typed as a number; or unknown."""

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from curator.tui.widgets.inked import Inked, Line
from curator.tui.wording import pad

_NAME = 17
_VALUE = 9


@dataclass(frozen=True, slots=True)
class Scale:
    """From where to where a feature goes, by which steps, in which unit."""

    low: float
    high: float
    step: float
    digits: int
    unit: str = ""
    shown_from: float | None = None

    @property
    def start(self) -> float:
        """Where the bar begins."""
        return self.low if self.shown_from is None else self.shown_from


SHARE = Scale(0.0, 1.0, 0.05, 2)
SCALES = {
    "tempo": Scale(20.0, 300.0, 1.0, 0, "BPM", 40.0),
    "loudness": Scale(-60.0, 5.0, 0.5, 1, "dB", -30.0),
}


class Slider(Inked, can_focus=True):
    """A feature's name, its bar, its value; `value` is None while it is unknown."""

    class Changed(Message):
        """The value changed."""

    def __init__(self, feature: str, value: float | None) -> None:
        super().__init__(id=f"feature-{feature}", classes="slider")
        self.feature = feature
        self.scale = SCALES.get(feature, SHARE)
        self.value = value
        self._typed = ""
        self.is_wrong = False

    # Keys and clicks

    def on_key(self, event: events.Key) -> None:
        """Move, type, clear; up and down go to the next field."""
        match event.key:
            case "left" | "right":
                self._move(-1 if event.key == "left" else 1)
            case "up":
                self.screen.focus_previous()
            case "down" | "enter":
                self.screen.focus_next()
            case "delete":
                self._put(None)
            case "backspace":
                self._type(self._typed[:-1] if self._typed else "")
            case _ if event.character and event.character in "0123456789.-":
                self._type((self._typed + event.character)[:7])
            case _:
                return
        event.stop()
        event.prevent_default()

    def _move(self, direction: int) -> None:
        scale = self.scale
        if self.value is None:
            middle = 120.0 if self.feature == "tempo" else (scale.start + scale.high) / 2
            self._put(round(middle, scale.digits))
            return
        value = self.value + direction * scale.step
        self._put(round(min(max(value, scale.low), scale.high), scale.digits))

    def _put(self, value: float | None) -> None:
        self.value, self._typed, self.is_wrong = value, "", False
        self.refresh()
        self.post_message(self.Changed())

    def _type(self, typed: str) -> None:
        self._typed = typed
        try:
            value = float(typed) if typed else None
        except ValueError:
            value, self.is_wrong = None, True
        else:
            self.is_wrong = value is not None and not self.scale.low <= value <= self.scale.high
        self.value = None if self.is_wrong else value
        self.refresh()
        self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        """Put the value where the bar was clicked."""
        bar = self._bar_width()
        share = (event.x - _NAME) / max(bar - 1, 1)
        if -0.05 <= share <= 1.05:
            scale = self.scale
            value = scale.start + min(max(share, 0.0), 1.0) * (scale.high - scale.start)
            self._put(round(round(value / scale.step) * scale.step, scale.digits))

    def on_blur(self) -> None:
        """Forget how the number was typed."""
        if not self.is_wrong:
            self._typed = ""
        self.refresh()

    def on_focus(self) -> None:
        """Show that the keys are for this one."""
        self.refresh()

    # Drawing

    def _bar_width(self) -> int:
        return max(self.content_size.width - _NAME - _VALUE, 4)

    def render_line(self, y: int) -> Strip:
        """Return the one line."""
        width = self.content_size.width
        return self.strip(self._line(), width, "chosen" if self.has_focus else "")

    def _line(self) -> Line:
        scale, bar = self.scale, self._bar_width()
        name = [(pad(self.feature, _NAME), "text" if self.has_focus else "muted")]
        if self.is_wrong:
            text = f"{self._typed}: {scale.low:g} to {scale.high:g}"
            return [*name, (pad(text, bar + _VALUE), "bad")]
        if self.value is None:
            return [*name, ("╌" * bar, "faint"), (" unknown", "faint")]
        share = (self.value - scale.start) / (scale.high - scale.start)
        full = min(max(round(share * bar), 0), bar)
        number = self._typed or f"{self.value:.{scale.digits}f}"
        return [
            *name,
            ("━" * full, "accent"),
            ("━" * (bar - full), "faint"),
            (f" {number} {scale.unit}", "text"),
        ]
