"""From files of text to sentences that a model can learn from.

`prepare` reads any mix of sources, cleans them, counts what it drops and why, and splits what is
left by song.
"""

from models.corpus.funnel import Funnel
from models.corpus.prepare import Corpus, prepare
from models.corpus.records import Sentence, SourceError

__all__ = ["Corpus", "Funnel", "Sentence", "SourceError", "prepare"]
