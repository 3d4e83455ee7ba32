"""The two themes of the desk: ink by night, paper by day, one quiet accent."""

from textual.theme import Theme

DARK = "curator-dark"
LIGHT = "curator-light"

CURATOR_DARK = Theme(
    name=DARK,
    dark=True,
    background="#14161b",
    surface="#1a1d23",
    panel="#232730",
    foreground="#dcd8cf",
    primary="#86abd0",
    secondary="#a79bc4",
    accent="#e3b778",
    success="#93c083",
    warning="#e3b778",
    error="#e08573",
    variables={
        "text-muted": "#9a978f",
        "text-disabled": "#6d6b66",
        "border": "#3a3f4a",
        "border-blurred": "#2b2f38",
        "scrollbar": "#343944",
        "scrollbar-hover": "#4a5160",
        "scrollbar-active": "#5c6577",
        "scrollbar-background": "#14161b",
        "scrollbar-background-hover": "#14161b",
        "scrollbar-background-active": "#14161b",
        "scrollbar-corner-color": "#14161b",
        "block-cursor-background": "#2d3441",
        "block-cursor-foreground": "#f1ede4",
        "block-cursor-text-style": "none",
        "input-selection-background": "#86abd0 30%",
    },
)

CURATOR_LIGHT = Theme(
    name=LIGHT,
    dark=False,
    background="#fbf9f4",
    surface="#f4f1e9",
    panel="#e9e5da",
    foreground="#26241f",
    primary="#2c5f8d",
    secondary="#65558f",
    accent="#96560c",
    success="#2d6b35",
    warning="#8d5a00",
    error="#a5352a",
    variables={
        "text-muted": "#6a665d",
        "text-disabled": "#98948a",
        "border": "#c9c3b4",
        "border-blurred": "#dcd7ca",
        "scrollbar": "#d3cdbf",
        "scrollbar-hover": "#bdb6a5",
        "scrollbar-active": "#a59d8a",
        "scrollbar-background": "#fbf9f4",
        "scrollbar-background-hover": "#fbf9f4",
        "scrollbar-background-active": "#fbf9f4",
        "scrollbar-corner-color": "#fbf9f4",
        "block-cursor-background": "#dfe6ec",
        "block-cursor-foreground": "#1b1a17",
        "block-cursor-text-style": "none",
        "input-selection-background": "#2c5f8d 25%",
    },
)
