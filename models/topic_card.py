"""The card of a folder of topics."""

from models.corpus import Funnel
from models.topics import Topics


def card(name: str, topics: Topics, funnel: Funnel) -> str:
    """Return the card in Markdown."""
    sources = "\n".join(f"- `{file}`: {rows:,} rows" for file, rows in funnel.read.items())
    rows = "\n".join(
        f"| {t.number} | {t.share:.1%} | {'–' if t.coherence is None else f'{t.coherence:.2f}'} "
        f"| {', '.join(t.words)} |"
        for t in topics.topics()
    )
    figures = topics.figures
    return f"""# {name}

{len(topics)} topics: word distributions of texts about music, found by latent Dirichlet allocation
(Blei, Ng & Jordan 2003; Gibbs sampling by tomotopy). They say what a text is about, and how much;
nothing else is kept of the texts than how likely each of {len(topics.words):,} words is in each
topic.

## Data
{sources}

Captions are documents as they are; sentences of our own are gathered by their main genre into
documents of about {topics.settings.get("pool", 8)}. {figures.get("documents", 0):,} documents,
sentences filtered as for training a writer.

## Topics
Share of all words, coherence c_v of the ten likeliest words, most relevant words. Mean coherence
{figures.get("mean_coherence", 0):.3f}.

| topic | share | coherence | words |
|---:|---:|---:|---|
{rows}
"""
