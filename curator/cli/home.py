"""Which data folder it is."""

import os
from pathlib import Path

VARIABLE = "CURATOR_HOME"


def choose(named: Path | None) -> Path:
    """Return the folder that was named, else the environment's, else the system's place for it."""
    if named is None:
        from curator.config import default_home

        from_environment = os.environ.get(VARIABLE)
        named = Path(from_environment) if from_environment else default_home()
    return named.expanduser()
