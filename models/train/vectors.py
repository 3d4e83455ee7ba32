"""Starting the embeddings from word vectors that somebody has trained on more text.

With a few thousand sentences most words are met a handful of times; a vector that already knows
that a fiddle is nearly a violin saves the model from learning it (Turian et al. 2010).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.train.state import TrainError
from models.units import Tokenizer

Floats = NDArray[np.float32]


def read_vectors(path: Path) -> dict[str, Floats]:
    """Read lines of a word and its numbers, as GloVe writes them. Raises TrainError."""
    vectors: dict[str, Floats] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                word, *numbers = line.rstrip().split(" ")
                if len(numbers) > 2:  # word2vec's files begin with two counts
                    vector = np.array(numbers, np.float32)
                    if np.isfinite(vector).all():
                        vectors[word] = vector
    except (OSError, ValueError) as error:
        raise TrainError(f"{path} cannot be read: {error}") from None
    if len({len(vector) for vector in vectors.values()}) != 1:
        raise TrainError(f"{path} holds no word vectors of one length")
    return vectors


def start_from(path: Path, tokenizer: Tokenizer, embeddings: Floats) -> int:
    """Overwrite rows of `embeddings` (V, E) whose token is a word of the file; return how many.

    Vectors are cut to unit length, centred, turned onto their E principal axes and scaled to the
    deviation that `embeddings` came with.
    """
    vectors = read_vectors(path)
    found: dict[int, Floats] = {}
    for token, piece in enumerate(tokenizer.pieces):
        word = piece.decode("utf-8", errors="ignore").strip(" {}")
        vector = vectors.get(word, vectors.get(word.lower()))
        if word and vector is not None:
            found[token] = vector / (np.linalg.norm(vector) + 1e-6)
    if len(found) < 2:
        raise TrainError(f"{path} has vectors for none of the words")
    rows = np.stack(list(found.values()))
    rows -= rows.mean(0)
    _, _, axes = np.linalg.svd(rows, full_matrices=False)
    size = min(embeddings.shape[1], len(axes))
    turned = rows @ axes[:size].T
    scale = embeddings.std() / turned.std()
    embeddings[list(found), :size] = turned * scale
    return len(found)
