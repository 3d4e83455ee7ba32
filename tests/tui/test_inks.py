"""The inks: every one in every theme, on the widget's own ground or its own."""

from dataclasses import replace

import pytest
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.geometry import Region

from curator.tui.inks import INKS, dipped
from curator.tui.theme import CURATOR_DARK, CURATOR_LIGHT
from curator.tui.widgets.inked import Sheet

COLOURS = {
    "foreground": "#102030",
    "text-muted": "auto 50%",
    "accent": "#ff0000",
    "panel": "#00ff00",
}
ON_WHITE = Style(color="blue", bgcolor="#ffffff", italic=True)


def of(style):
    return Color.from_rich_color(style.color).hex, Color.from_rich_color(style.bgcolor).hex


def test_an_ink_stands_on_its_widget_s_ground():
    assert of(dipped("text", ON_WHITE, COLOURS)) == ("#102030", "#FFFFFF")


def test_an_ink_with_a_ground_of_its_own_brings_it():
    assert of(dipped("marked", ON_WHITE, COLOURS)) == ("#102030", "#00FF00")


def test_weights_come_to_those_of_the_widget():
    style = dipped("heading", ON_WHITE, COLOURS)
    assert style.bold
    assert style.italic


def test_what_a_theme_leaves_to_the_ground_tells_on_it():
    grey = Color.from_rich_color(dipped("muted", ON_WHITE, COLOURS).color)
    on_black = Style(bgcolor="#000000")
    light = Color.from_rich_color(dipped("muted", on_black, COLOURS).color)
    assert 0.3 < grey.brightness < 0.7
    assert 0.3 < light.brightness < 0.7
    assert dipped("muted", ON_WHITE, COLOURS | {"text-muted": "auto"}).color != grey.rich_color


@pytest.mark.parametrize("theme", [None, CURATOR_DARK, CURATOR_LIGHT], ids=["all", "dark", "light"])
def test_every_theme_has_every_ink(theme):
    app = App()
    grounds = (Style(), Style(bgcolor="#202020"), Style(bgcolor="default"), Style(bgcolor="blue"))
    for one in (theme,) if theme else app.available_themes.values():
        app.register_theme(one)
        app.theme = one.name
        colours = app.get_css_variables()
        for name in INKS:
            for ground in grounds:
                assert dipped(name, ground, colours).color
    with pytest.raises(KeyError):
        dipped("purple", Style(), colours)


@pytest.mark.parametrize("value", ["rgb(255, 0, 0)", "hsl(0, 100%, 50%)", "#f00", "red 100%"])
def test_a_theme_may_write_a_colour_in_any_way(value):
    assert of(dipped("accent", ON_WHITE, COLOURS | {"accent": value}))[0] == "#FF0000"


class Page(Sheet):
    def lines(self, facts, width):
        return [[(facts, "accent")]]


class Shown(App):
    def compose(self):
        yield Page()


async def test_a_change_of_an_ink_alone_is_painted():
    other = replace(CURATOR_DARK, name="other", accent="#123456")
    app = Shown()
    async with app.run_test(size=(20, 3)) as pilot:
        for theme in (CURATOR_DARK, other):
            app.register_theme(theme)
        app.theme = CURATOR_DARK.name
        page = app.query_one(Page)
        page.facts = "accent"
        await pilot.pause()
        app.theme = other.name
        await pilot.pause()
        [line] = page.render_lines(Region(0, 0, 20, 1))
        first = next(iter(line))
        assert (first.text, Color.from_rich_color(first.style.color).hex) == ("accent", "#123456")
