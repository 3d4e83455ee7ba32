"""Byte-pair encoding: text ↔ tokens.

Byte-level (as in GPT-2, Radford et al. 2019): every byte is in the alphabet, so that no text needs
UNK, and casing and spacing survive. The placeholders `{artist}` and `{title}` are one token each.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

PAD, BOS, EOS, UNK = 0, 1, 2, 3
ARTIST, TITLE = 4, 5
SPECIALS = ("<pad>", "<s>", "</s>", "<unk>")
PLACEHOLDERS = ("{artist}", "{title}")


class BpeTokenizer:
    """A trained vocabulary. Token ids 0–3 are PAD, BOS, EOS, UNK; 4 and 5 the placeholders."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> "BpeTokenizer":
        """Learn merges from `texts`, up to `vocabulary` tokens in all."""
        tokenizer = Tokenizer(models.BPE(unk_token=SPECIALS[UNK]))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        placeholders = [AddedToken(p, lstrip=True, normalized=False) for p in PLACEHOLDERS]
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary,
            min_frequency=2,
            special_tokens=[*SPECIALS, *placeholders],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator((" " + text for text in texts), trainer)
        return cls(tokenizer)

    @classmethod
    def from_json(cls, text: str) -> "BpeTokenizer":
        """Read what `to_json` wrote. Raises ValueError if it is damaged."""
        try:
            return cls(Tokenizer.from_str(text))
        except Exception as error:  # the library raises bare Exception
            raise ValueError(f"not a tokenizer: {error}") from None

    def to_json(self) -> str:
        """Return the vocabulary and merges as JSON."""
        return self._tokenizer.to_str()

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """Return the tokens of `text`, without BOS and EOS; half a surrogate counts as "?"."""
        text = text.encode(errors="replace").decode()
        # A name in a special token's spelling is text like any other.
        for special in SPECIALS:
            if special in text:
                text = text.replace(special, special.replace("<", "< "))
        # The space makes the first word the same token as anywhere else.
        return list(self._tokenizer.encode(" " + text, add_special_tokens=False).ids)

    def units(self, text: str) -> list[str]:
        """Cut a text into the units that tokens never cross: words with the space before them,
        runs of punctuation. Placeholders are left out."""
        for mark in PLACEHOLDERS:
            text = text.replace(mark, "\n")
        splitter = pre_tokenizers.ByteLevel(add_prefix_space=False)
        parts = (" " + text).split("\n")
        pieces = (piece for part in parts for piece, _ in splitter.pre_tokenize_str(part))
        back = {char: byte for byte, char in _byte_characters().items()}
        units = (bytes(back[char] for char in piece).decode() for piece in pieces)
        return [unit for unit in units if not unit.isspace()]

    def paths(self, units: Sequence[str]) -> list[list[int]]:
        """Return the tokens of each unit."""
        encodings = self._tokenizer.encode_batch(list(units), add_special_tokens=False)
        return [list(encoding.ids) for encoding in encodings]

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens: the inverse of `encode` but for space around placeholders."""
        return detokenise([self.pieces[token] for token in tokens])

    @cached_property
    def pieces(self) -> list[bytes]:
        """The bytes that each token stands for; placeholders with the space before them."""
        back = {char: byte for byte, char in _byte_characters().items()}
        table: list[bytes] = []
        for token in range(len(self)):
            name = self._tokenizer.id_to_token(token) or ""
            if token in (ARTIST, TITLE):
                table.append(b" " + name.encode())
            elif token < len(SPECIALS):
                table.append(b"")
            else:
                table.append(bytes(back[char] for char in name))
        return table


def detokenise(pieces: Iterable[bytes]) -> str:
    """Join pieces into text; half a character at the end shows as a replacement mark."""
    return b"".join(pieces).decode("utf-8", errors="replace").removeprefix(" ")


def _byte_characters() -> dict[int, str]:
    """Return the printable character by which byte-level BPE writes each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {byte: chr(byte) for byte in printable}
    return table | {byte: chr(256 + i) for i, byte in enumerate(others)}
