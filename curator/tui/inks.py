"""The inks: one vocabulary of colour and weight for everything that is drawn in lines.

They are looked up in the theme here and not in the style sheet: component classes cost, for each
widget and each change of its state, as many passes through all rules as there are inks.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from rich.style import Style
from textual.color import Color

CLEAR = Color(0, 0, 0, 0)
_COLOUR = re.compile(r"(.*?)(?: ([\d.]+)%)?", re.DOTALL)
"""A colour, and how much of it."""


class Ink(NamedTuple):
    """A colour of the theme by its name, a weight in Rich's words, and the ground it stands on,
    where that is not its widget's."""

    colour: str
    weight: str = ""
    ground: str = ""


INKS = {
    "text": Ink("foreground"),
    "strong": Ink("foreground", "bold"),
    "heading": Ink("accent", "bold"),
    "muted": Ink("text-muted"),
    "faint": Ink("text-disabled"),
    "accent": Ink("accent"),
    "good": Ink("success"),
    "bad": Ink("error"),
    "warn": Ink("warning"),
    "link": Ink("primary"),
    "added": Ink("success", "underline"),
    "removed": Ink("error", "strike"),
    "rail": Ink("accent"),
    "key": Ink("accent", "bold"),
    "cursor": Ink("accent"),
    "chosen": Ink("foreground", ground="block-cursor-background"),
    "calm": Ink("text-muted"),
    "surprising": Ink("warning", "bold"),
    "startling": Ink("error", "bold underline"),
    "here": Ink("background", "bold", ground="accent"),
    "marked": Ink("foreground", ground="panel"),
}


def dipped(name: str, own: Style, colours: Mapping[str, str]) -> Style:
    """Return the style of an ink in a widget whose own is `own`; `colours` are the theme's.

    Raises KeyError if there is no such ink.
    """
    ink = INKS[name]
    ground = CLEAR if own.bgcolor is None else Color.from_rich_color(own.bgcolor)
    if ink.ground:
        ground += _colour(colours[ink.ground], ground)
    drawn = ground + _colour(colours[ink.colour], ground)
    paint = Style.from_color(drawn.rich_color, ground.rich_color if ground.a else None)
    return own + Style.parse(ink.weight) + paint


def _colour(value: str, ground: Color) -> Color:
    """Return a colour as themes write it: `auto 60%` is black or white, whichever tells there."""
    name, share = _COLOUR.fullmatch(value).groups()  # type: ignore[union-attr]  # all match
    alpha = float(share) / 100 if share else 1.0
    if name == "auto":
        return ground.get_contrast_text(alpha)
    return Color.parse(name).multiply_alpha(alpha)
