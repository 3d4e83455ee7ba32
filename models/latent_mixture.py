"""q(z) as a mixture of ten Gaussians: the honest baseline of realism.

Before a generator is said to find real z, a plain density of the training texts' z must be shown
to do worse. It knows nothing of the song.
"""

import numpy as np

from models.pairs import own, split
from models.prior import LatentPrior
from models.writer import Vector


class LatentMixture:
    """Means (C, latent), Cholesky factors (C, latent, latent) and weights (C,)."""

    def __init__(self, means: Vector, factors: Vector, weights: Vector) -> None:
        self._means, self._factors, self._weights = means, factors, weights

    def draw(self, count: int, seed: int) -> Vector:
        """Draw z, (count, latent)."""
        rng = np.random.default_rng(seed)
        place = rng.choice(len(self._weights), count, p=self._weights / self._weights.sum())
        noise = rng.standard_normal((count, self._means.shape[1]))
        moved = np.einsum("nij,nj->ni", self._factors[place], noise)
        return np.asarray(self._means[place] + moved, np.float32)


def fit_mixture(prior: LatentPrior, seed: int, components: int = 10) -> tuple[LatentMixture, float]:
    """Fit q(z) of the training songs; return it with its gain over N(0, 1) in nats a held-out z."""
    from sklearn.mixture import GaussianMixture

    songs = split(prior, seed)
    z, _ = own(prior, songs.train, len(songs.train), seed).all(seed)
    held, _ = own(prior, songs.test, len(songs.test), seed).all(seed)
    components = min(components, max(1, len(z) // 20))
    found = GaussianMixture(components, reg_covar=1e-4, random_state=seed).fit(z)
    plain = -0.5 * (np.square(held).sum(1) + held.shape[1] * np.log(2 * np.pi))
    factors = np.linalg.cholesky(found.covariances_)
    mixture = LatentMixture(found.means_, factors, found.weights_)
    return mixture, float(found.score(held) - plain.mean())
