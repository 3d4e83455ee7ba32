"""From files to an n-gram model's folder. There is nothing to descend: it counts, once."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from models import checkpoint
from models.corpus import Funnel, prepare
from models.evaluate import rounded
from models.ngram import Ngram
from models.train.config import TrainReport
from models.train.state import TrainError

ORDER = 7
"""Characters: long enough to spell and to keep a phrase together, short enough to invent."""


def count(
    sources: Sequence[Path],
    out: Path,
    order: int = ORDER,
    *,
    on_funnel: Callable[[Funnel], None] = lambda _: None,
) -> TrainReport:
    """Index the training split of `sources` and write the model to the folder `out`.

    The folder holds the text itself, character by character: an n-gram of long order is its
    text. Raises SourceError if no source can be used, TrainError if nothing is left of them or
    the order is not one.
    """
    since = time.monotonic()
    corpus = prepare(sources)
    on_funnel(corpus.funnel)
    if not corpus.train:
        lines = "; ".join(corpus.funnel.lines())
        raise TrainError("no sentence is left to count: " + lines)
    try:
        model = Ngram.fit((s.text for s in corpus.train), order)
    except ValueError as error:
        raise TrainError(str(error)) from None
    test = [s.text for s in corpus.test]
    found = model.likelihood(test)
    finite = model.best_finite(test)
    figures = rounded(
        {
            "texts": len(corpus.train),
            "held_out_unseen": found.share_unseen,
            "held_out_perplexity_where_seen": found.perplexity_where_seen,
            "best_finite_order": 0 if finite is None else finite.order,
        }
    )
    name, sources_read = out.name, ", ".join(sorted(corpus.funnel.read))
    card = f"""# {name}

A character n-gram of order {order}, by unsmoothed maximum likelihood (Shannon 1948). It is the
yardstick below all others: what it writes is stitched together from its training text.

Counted in {len(corpus.train):,} sentences of {sources_read}; the weights' file is that text and
an index of it. Of the symbols of {len(test):,} held-out sentences, {found.share_unseen:.1%} had
never followed the {order - 1} before them, so that their likelihood is zero.
"""
    checkpoint.save(
        out,
        kind="ngram",
        config=model.config.to_dict(),
        decoding={},
        figures=figures,
        tensors=model.tensors(),
        tokenizer=model.tokenizer,
        words=[],
        card=card,
    )
    return TrainReport(
        finished=True,
        folder=out,
        steps=0,
        seconds=time.monotonic() - since,
        held_out=None,
        funnel=corpus.funnel.to_dict(),
        figures=figures,
        refused=dict(corpus.funnel.refused),
    )
