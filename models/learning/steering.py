"""Where a z goes: of a few z for the song, moved by the generator, the most promising one.

The generator of an LC-GAN can move z only a little before texts become alike. Choosing among
draws of the writer's own prior stays where texts are from and costs no writing at all (sampling
by importance resampling, Rubin 1987; for latents LatentOps does the like, Liu et al. 2022). How
many there are to choose from is decided by what is written with it; see `run`.
"""

import zlib
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import torch

from models.lcgan import Generator
from models.learning.freshness import Worn
from models.learning.reward import Taste
from models.learning.values import TasteValues
from models.prior import ConditionalPrior, LatentPrior
from models.writer import Vector

_SONGS = 64
"""Songs whose priors are kept at hand."""


class TasteSteering:
    """A `models.writer.Steering`: choose among `choices` z, the given one included, and move it.

    The others are drawn with dice that the given z decides, so that the same z always goes to
    the same place. `worn` are the phrases that what it steers says again and again, where they
    were counted: others than those of plain drafts.
    """

    def __init__(
        self,
        prior: LatentPrior,
        generator: Generator,
        values: TasteValues,
        choices: int = 1,
        worn: Worn | None = None,
    ) -> None:
        self.prior, self.generator, self.values = prior, generator, values
        self.choices, self.worn = choices, worn
        self._given: OrderedDict[bytes, ConditionalPrior] = OrderedDict()

    @property
    def weights_hash(self) -> str:
        """The hash of the weights of the writer that this is for."""
        return self.generator.weights_hash

    @property
    def name(self) -> str:
        """What it is called: its folder's name."""
        return self.generator.name

    def chooser(self, taste: Taste) -> Taste:
        """Return a taste as it chooses among drafts that are steered so: by their own worn
        phrases."""
        return taste if self.worn is None else replace(taste, worn=self.worn)

    def __call__(self, z: Vector, known: Vector) -> Vector:
        """Return the z to use for one z (latent,) and its condition vector (width,)."""
        return np.asarray(self.many(z[None], known[None])[0], np.float32)

    def many(self, z: Vector, known: Vector) -> Vector:
        """Return the z to use for several, (N, latent)."""
        rows = np.stack([self._candidates(*one) for one in zip(z, known, strict=True)])
        count, choices, latent = rows.shape
        flat, songs = rows.reshape(-1, latent), np.repeat(known, choices, 0)
        moved = self.generator.many(flat, songs)
        if choices == 1:
            return moved
        with torch.inference_mode():
            promise = self.values.careful(torch.from_numpy(moved), torch.from_numpy(songs))
        best = promise.view(count, choices).argmax(1).numpy()
        return np.asarray(moved.reshape(rows.shape)[np.arange(count), best], np.float32)

    def _candidates(self, z: Vector, known: Vector) -> Vector:
        z = np.asarray(z, np.float32)
        if self.choices == 1:
            return z[None]
        rng = np.random.default_rng(zlib.crc32(z.tobytes()))
        prior = self._prior(np.asarray(known, np.float32))
        return np.stack([z, *(prior.draw(rng) for _ in range(self.choices - 1))])

    def _prior(self, known: Vector) -> ConditionalPrior:
        key = known.tobytes()
        if key not in self._given:
            self._given[key] = self.prior.given(known)
            if len(self._given) > _SONGS:
                self._given.popitem(last=False)
        self._given.move_to_end(key)
        return self._given[key]
