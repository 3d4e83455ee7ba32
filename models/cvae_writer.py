"""The CVAE, or the VAE, as a writer: batched, streamed, and the same for the same seed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from models.block import StateBlock
from models.checkpoint import Checkpoint, CheckpointError
from models.conditions import condition_space
from models.contributions import Explained, Inputs
from models.cvae import Cvae, CvaeConfig
from models.decoding import StepDecoder
from models.device import best_device
from models.embedding import embed
from models.guards import TrainingText
from models.latent import LatentModel
from models.latent_writer import LatentRows
from models.prior import LatentPrior
from models.reading import surprisals, template_of
from models.rows import Vocabulary
from models.tokenizer import BOS, EOS, BpeTokenizer
from models.vae import Vae, VaeConfig
from models.writer import Conditions, Embedding, TokenSurprisal, Vector
from models.writing import Slots

if TYPE_CHECKING:
    from models.drafts import Drafter


class CvaeWriter(LatentRows):
    """A `LatentWriter` on a trained CVAE or VAE; the latter knows nothing of the song."""

    def __init__(self, checkpoint: Checkpoint, name: str, device: str | None = None) -> None:
        """Raises CheckpointError if the checkpoint is neither a CVAE's nor a VAE's."""
        if checkpoint.kind not in KINDS:
            raise CheckpointError(f"{checkpoint.folder} holds a {checkpoint.kind}, not a cvae")
        self._device = best_device(device)
        self.name, self.device = name, str(self._device)
        self.weights_hash = checkpoint.weights_hash
        self.kin: tuple[str, ...] = (self.weights_hash,)
        self._checkpoint = checkpoint
        self._drafter: Drafter | None = None
        tensors = checkpoint.tensors
        self.model = load_model(checkpoint.config, tensors, checkpoint.kind).to(self._device)
        self.latent = self.model.config.latent
        if not isinstance(checkpoint.tokenizer, BpeTokenizer):
            raise CheckpointError(f"{checkpoint.folder} does not count in byte pairs")
        self.tokenizer = checkpoint.tokenizer
        writable = [int(token) for token in tensors["writable"]]
        self._vocabulary = Vocabulary(self.tokenizer, writable, checkpoint.words)
        self._masks = self._vocabulary.spelling.masks(self._device)
        self._training = TrainingText.from_tensors(tensors)
        self._prior = LatentPrior.from_tensors(tensors)
        self.candidates = int(checkpoint.decoding.get("candidates", 1))
        with torch.inference_mode():
            self._decoder = StepDecoder(self.model, writable)

    def _block(self, conditions: Conditions) -> Slots:
        return StateBlock(self._decoder, self.condition(conditions), self._masks)

    # -- reading ---------------------------------------------------------------------------

    def encode(self, text: str, conditions: Conditions) -> Vector:
        """Return the posterior mean of z, shape (latent,)."""
        tokens, _ = template_of(self.tokenizer, text, conditions)
        with torch.inference_mode():
            batch = torch.tensor([tokens or [EOS]], device=self._device)
            mean, _ = self.model.encode(batch, self.condition(conditions))
        return np.asarray(mean[0].cpu().numpy(), np.float32)

    def embed(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Embedding:
        """Embed texts; see `models.writer.Reader`."""
        tokens, known = self._batchable(texts, conditions)
        return embed(self.model, tokens, known)

    def drafter(self) -> "Drafter":
        """Return what writes many quick texts with these weights; see `models.drafts`.

        Raises CheckpointError for a VAE, which is told nothing of the song.
        """
        from models.drafts import Drafter

        if self._drafter is None:
            self._drafter = Drafter(self._checkpoint, self.device)
        return self._drafter

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        """Return how unexpected each piece of `text` is, before z is known.

        z is the mean of what z is drawn from for such a song: the text itself tells the decoder
        nothing in advance. Tokens that share a character are one piece.
        """
        tokens, pieces = template_of(self.tokenizer, text, conditions)
        with torch.inference_mode():
            a = self.condition(conditions)
            z = torch.from_numpy(self._prior.given(self.known(conditions)).mean)[None].to(
                self._device
            )
            inputs = torch.tensor([[BOS, *tokens]], device=self._device)
            logits = self.model.decode(inputs, z, a)[0, :-1]
            targets = torch.tensor(tokens, device=self._device, dtype=torch.long)
            nats = F.cross_entropy(logits, targets, reduction="none").tolist()
        return surprisals(pieces, nats)

    def explained(self, text: str, conditions: Conditions, z: Vector | None = None) -> Explained:
        """Return what the log-probabilities of a text depend on; see `models.contributions`."""
        tokens, pieces = template_of(self.tokenizer, text, conditions)
        point = self.encode(text, conditions) if z is None else np.asarray(z, np.float32)
        with torch.no_grad():
            words = self.model.embed(torch.tensor([[BOS, *tokens]], device=self._device))
        known, latent = (torch.from_numpy(v)[None] for v in (self.known(conditions), point))
        inputs = Inputs(known.to(self._device), latent.to(self._device), words)
        return Explained(inputs, [*tokens, EOS], [*pieces, b""])

    def log_probabilities(self, inputs: Inputs, targets: Tensor) -> Tensor:
        """Return the log-probability of `targets` (T,) in each row, (B, T)."""
        assert inputs.z is not None
        a = self.model.condition(inputs.known, torch.ones(len(inputs.known), device=self._device))
        logits = self.model.decode_embedded(inputs.words, inputs.z, a)
        index = targets.expand(len(logits), -1)[..., None]
        return logits.log_softmax(2).gather(2, index)[..., 0]

    def known(self, conditions: Conditions) -> Vector:
        """Return the condition vector, (width,): of zeros for a model that knows nothing."""
        space = condition_space()
        if not self.model.config.condition:
            return np.zeros(space.width, np.float32)
        return space.encode(conditions.genres, conditions.features)

    def condition(self, conditions: Conditions) -> Tensor:
        """Return a, (1, condition), in the register of our own voice."""
        with torch.inference_mode():
            rows = torch.from_numpy(self.known(conditions)).to(self._device)[None]
            return self.model.condition(rows, torch.ones(1, device=self._device))


KINDS: dict[str, Callable[[dict[str, Any]], LatentModel]] = {
    "cvae": lambda config: Cvae(CvaeConfig(**config)),
    "vae": lambda config: Vae(VaeConfig(**config)),
}


def load_model(
    config: dict[str, Any], tensors: dict[str, NDArray[Any]], kind: str = "cvae"
) -> LatentModel:
    """Return the model of a checkpoint, in evaluation mode. Raises CheckpointError on misfits."""
    try:
        # The meta device would save the initial draws but imports torch's compiler, which takes
        # seconds; the fork leaves the caller's random numbers alone.
        with torch.random.fork_rng(devices=[]):
            model = KINDS[kind](config)
        weights = {
            name.removeprefix("model/"): torch.from_numpy(value)
            for name, value in tensors.items()
            if name.startswith("model/")
        }
        model.load_state_dict(weights, assign=True)
    except (TypeError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"weights and configuration do not fit: {error}") from None
    return model.eval()
