"""How well the laid-out decoder itself foretells texts, in a precision that it writes in."""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

from models.control import conditions_of
from models.corpus.records import Sentence
from models.pretrained.products import Precision
from models.pretrained.prompt import told
from models.pretrained.stepping import Cache, Stepper
from models.pretrained.writer import PretrainedWriter
from models.tokenizer import EOS
from models.writing import BLOCK


@torch.inference_mode()
def nats_a_token(
    writer: PretrainedWriter, sentences: Sequence[Sentence], precision: Precision
) -> float:
    """Return the mean nats of the writable tokens of `sentences`, each from its own z.

    Tokens that cannot be written are passed over: what is compared is precisions, not models.
    """
    stepper = Stepper(writer.model, writer.writable, precision)
    place = {token: i for i, token in enumerate(writer.writable)}
    total, count = 0.0, 0
    for first in range(0, len(sentences), BLOCK):
        cache, rows = Cache(stepper), []
        for slot, sentence in enumerate(sentences[first : first + BLOCK]):
            song = conditions_of(sentence)
            z = torch.from_numpy(writer.encode(sentence.text, song))[None]
            keys, values, words = stepper.memory(z.to(writer.device))
            known = writer.known(song)
            before = stepper.prompt(told(writer.tokenizer, known, song.artist, song.title))
            cache.begin(slot, (keys[0], values[0]), words[0], before)
            tokens = [*writer.tokenizer.encode(sentence.text), EOS]
            rows.append([place[token] for token in tokens if token in place])
        last = torch.full((BLOCK,), stepper.start_token, device=writer.device)
        for step in range(max(map(len, rows))):
            logits = stepper.step(last, cache)
            for slot, row in enumerate(rows):
                if step < len(row):
                    target = torch.tensor(row[step], device=logits.device)
                    total += float(F.cross_entropy(logits[slot], target))
                    count += 1
                    last[slot] = row[step]
    return total / max(1, count)
