"""Finding topics in texts: latent Dirichlet allocation (Blei, Ng & Jordan 2003), by Gibbs sampling.

Topics are fitted on whole documents, since what goes together shows only where there are several
sentences: a caption is one. Our own sentences stand alone, so they are gathered by their main
genre into documents of about eight, pooled as Mehrotra et al. (2013) pool short messages; words
that belong to one kind of music then meet. Single sentences are only inferred.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.conditions import condition_space
from models.corpus.records import Sentence
from models.topics import Topics, content_words


@dataclass(frozen=True, slots=True)
class TopicsConfig:
    """How topics are fitted.

    `rare` and `common` bound the documents that a word may stand in: at least so many, at most
    such a share. Each of our own sentences is put into `rounds` documents of `pool` sentences,
    with other companions each time.
    """

    topics: int = 20
    iterations: int = 500
    seed: int = 1
    rare: int = 8
    common: float = 0.15
    pool: int = 8
    rounds: int = 3
    alpha: float = 0.1
    eta: float = 0.02


def documents(sentences: Iterable[Sentence], config: TopicsConfig) -> list[list[str]]:
    """Return the words of each document: the sentences of a caption, or a pool of our own."""
    pools: defaultdict[str, list[list[str]]] = defaultdict(list)
    captions: defaultdict[str, list[str]] = defaultdict(list)
    for sentence in sentences:
        words = content_words(sentence.text)
        if sentence.register == "voice":
            pools[_main_genre(sentence.genres)].append(words)
        else:
            captions[sentence.song] += words
    out = list(captions.values())
    dice = random.Random(config.seed)
    for _ in range(config.rounds):
        for name in sorted(pools):
            lines = pools[name]
            dice.shuffle(lines)
            starts = range(0, len(lines), config.pool)
            pooled = (lines[start : start + config.pool] for start in starts)
            out.extend([word for line in pool for word in line] for pool in pooled)
    return [doc for doc in out if doc]


def _main_genre(genres: Sequence[str]) -> str:
    for label in genres:
        kept = condition_space().keep(label)
        if kept:
            return kept.genre or kept.family
    return ""


def fit(
    docs: Sequence[Sequence[str]],
    config: TopicsConfig,
    *,
    on_progress: Callable[[int, int, float], None] = lambda *_: None,
) -> Topics:
    """Fit topics to the words of documents.

    `on_progress` gets iterations done, iterations in all, and the log-likelihood a word in nats.
    The same documents and seed give the same topics. Raises ValueError if too few words are left.
    """
    import tomotopy

    kept = _vocabulary(docs, config)
    if len(kept) < 2 * config.topics:
        raise ValueError(f"{len(kept)} words are too few for {config.topics} topics")
    model = tomotopy.LDAModel(k=config.topics, seed=config.seed, alpha=config.alpha, eta=config.eta)
    for doc in docs:
        words = [word for word in doc if word in kept]
        if words:
            model.add_doc(words)
    step = 20
    for done in range(0, config.iterations, step):
        # One worker: with more, the order of updates and so the result is up to chance.
        model.train(min(step, config.iterations - done), workers=1, show_progress=False)
        on_progress(min(done + step, config.iterations), config.iterations, model.ll_per_word)
    # The counts are unsigned: negated as they are, the empty topics would come first.
    order = np.argsort(-model.get_count_by_topics().astype(np.int64), kind="stable")
    matrix = np.array([model.get_topic_word_dist(int(k)) for k in order], np.float32)
    figures = _figures(model, order, docs, kept)
    return Topics(
        list(model.used_vocabs),
        matrix / matrix.sum(1, keepdims=True),
        np.asarray(model.alpha, np.float32)[order],
        settings=asdict(config),
        figures=figures,
    )


def _vocabulary(docs: Sequence[Sequence[str]], config: TopicsConfig) -> set[str]:
    counts: defaultdict[str, int] = defaultdict(int)
    for doc in docs:
        for word in set(doc):
            counts[word] += 1
    most = config.common * len(docs)
    return {word for word, count in counts.items() if config.rare <= count <= most}


def _figures(model: Any, order: Any, docs: Sequence[Sequence[str]], kept: set[str]) -> Any:
    """Return sizes, and the coherence of each topic's ten likeliest words (c_v and NPMI).

    A topic that no word was given to has no likeliest words, and so no coherence.
    """
    from tomotopy.coherence import Coherence

    counts = model.get_count_by_topics()
    cv, npmi = (
        [round(float(of.get_score(topic_id=int(k))), 4) if counts[k] else None for k in order]
        for of in (Coherence(model, coherence=kind, top_n=10) for kind in ("c_v", "c_npmi"))
    )
    return {
        "documents": len(docs),
        "words": len(kept),
        "log_likelihood_per_word": round(float(model.ll_per_word), 4),
        "coherence": cv,
        "coherence_npmi": npmi,
        "mean_coherence": round(float(np.mean([of for of in cv if of is not None])), 4),
        "share": [round(float(counts[k] / counts.sum()), 4) for k in order],
    }
