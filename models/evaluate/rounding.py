"""Numbers for people."""

from typing import Any


def rounded(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures with floats to four places, for JSON that people read."""
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
