"""The models that there are, by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from models.checkpoint import CARD, MODEL, WEIGHTS, CheckpointError, describe
from models.writer import Writer

SHIPPED = Path(__file__).parent / "weights"
DEFAULT = "cvae-small"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that can be loaded, or the reason why it cannot (`problem`)."""

    name: str
    folder: Path
    kind: str = ""
    weights_hash: str = ""
    size: int = 0
    shipped: bool = False
    figures: dict[str, Any] | None = None
    problem: str | None = None

    @property
    def card(self) -> Path:
        """The model card."""
        return self.folder / CARD


def available(extra_dirs: Iterable[Path] = ()) -> list[ModelInfo]:
    """List the shipped models and those in `extra_dirs`, each a folder of model folders.

    Of two models with one name the first found stands; weights are not read.
    """
    found: dict[str, ModelInfo] = {}
    for place in (SHIPPED, *extra_dirs):
        for path in sorted(place.glob(f"*/{MODEL}")) if place.is_dir() else ():
            folder = path.parent
            found.setdefault(folder.name, _info(folder, shipped=place == SHIPPED))
    return list(found.values())


def _info(folder: Path, *, shipped: bool) -> ModelInfo:
    try:
        description = describe(folder)
        size = (folder / WEIGHTS).stat().st_size
    except (CheckpointError, OSError) as error:
        return ModelInfo(folder.name, folder, shipped=shipped, problem=str(error))
    return ModelInfo(
        folder.name,
        folder,
        description["kind"],
        description["weights_hash"],
        size,
        shipped,
        description.get("figures"),
    )


_WRITERS = {
    "cvae": ("models.cvae_writer", "CvaeWriter"),
    "vae": ("models.cvae_writer", "CvaeWriter"),
    "pretrained": ("models.pretrained.writer", "PretrainedWriter"),
    "recurrent": ("models.recurrent_writer", "RecurrentWriter"),
    "ngram": ("models.ngram_writer", "NgramWriter"),
}
"""Kind → where its writer is; imported when one is loaded, and only then."""


def find(name_or_path: str | Path = DEFAULT, extra_dirs: Iterable[Path] = ()) -> Path:
    """Return the folder of a model: by the name that `available` gives it, or a path.

    Raises CheckpointError if there is none such.
    """
    models = {info.name: info for info in available(extra_dirs)}
    info = models.get(str(name_or_path))
    if info is not None:
        return info.folder
    if not (Path(name_or_path) / MODEL).is_file():
        names = ", ".join(models) or "none"
        raise CheckpointError(f"no model {str(name_or_path)!r}; there are: {names}")
    return Path(name_or_path)


def load(
    name_or_path: str | Path = DEFAULT,
    device: str | None = None,
    extra_dirs: Iterable[Path] = (),
) -> Writer:
    """Load a writer by the name that `available` gives it, or by its folder.

    One with a latent space is a `LatentWriter` (`models.writer.has_latent` tells).
    Raises CheckpointError if there is none such or it cannot be used.
    """
    from models import checkpoint

    folder = find(name_or_path, extra_dirs)
    kind = describe(folder)["kind"]
    if kind not in _WRITERS:
        raise CheckpointError(f"{folder} holds a {kind}, which writes nothing")
    module, name = _WRITERS[kind]
    writer = getattr(import_module(module), name)
    return cast(Writer, writer(checkpoint.load(folder), folder.resolve().name, device))
