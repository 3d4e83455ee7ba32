"""From files of text to sentences that a model can learn from.

`prepare` reads any mix of sources, cleans them, counts what it drops and why, and splits what is
left by song; `folder` keeps the outcome, `measures` says what it is like.
"""

from models.corpus.funnel import Funnel
from models.corpus.prepare import Corpus, prepare
from models.corpus.records import Sentence, SourceError
from models.corpus.sources import own_voice

__all__ = ["Corpus", "Funnel", "Sentence", "SourceError", "own_voice", "prepare"]
