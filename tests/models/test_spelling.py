import torch

from models.spelling import Spelling
from models.tokenizer import ARTIST, BpeTokenizer

TEXTS = [
    "The half-time drums don't drum.",
    "{artist} sings a drone, {title}'s drone.",
    'A chant of "drums" (half a drone), then "thin time."',
    "Thin.",
]


def spelling(tokenizer):
    units = {unit for text in TEXTS for unit in tokenizer.units(text)}
    pieces = tokenizer.pieces
    return Spelling(tokenizer.paths(sorted(units)), pieces, [ARTIST, ARTIST + 1]), pieces


def allowed(trie, node):
    rule = trie.rule(node)
    mask = trie.masks(torch.device("cpu"))[rule.mask]
    return set(torch.nonzero(mask == 0)[:, 0].tolist()) | set(rule.allowed)


def test_units_are_words_with_their_space_and_marks():
    tokenizer = BpeTokenizer.train(TEXTS * 2, 300)
    assert tokenizer.units("{artist} sings, {title}'s half-time é.") == [
        " sings", ",", "'s", " half", "-", "time", " é", ".",
    ]  # fmt: skip


def test_every_text_made_of_known_units_can_be_written():
    tokenizer = BpeTokenizer.train(TEXTS * 2, 300)
    trie, _ = spelling(tokenizer)
    for text in [*TEXTS, "Thin half-time {artist} drum, a drone."]:
        node = trie.start
        for token in tokenizer.encode(text):
            assert token in allowed(trie, node), tokenizer.pieces[token]
            node = trie.after(node, token)
        assert node.whole


def test_only_behind_an_opening_mark_a_word_has_no_space():
    tokenizer = BpeTokenizer.train(TEXTS * 2, 300)
    trie, pieces = spelling(tokenizer)
    for mark, free in ((' "', True), (" (", True), ('"', False), ('."', False), (",", False)):
        node = trie.start
        for token in tokenizer.paths([mark])[0]:
            node = trie.after(node, token)
        assert node.whole
        assert any(pieces[token].isalpha() for token in allowed(trie, node)) == free, mark


def test_no_other_word_can():
    tokenizer = BpeTokenizer.train(TEXTS * 2, 265)  # hardly a merge: words are spelled out
    trie, pieces = spelling(tokenizer)
    generator = torch.Generator().manual_seed(0)
    known = {unit for text in TEXTS for unit in tokenizer.units(text)}
    for _ in range(200):
        node, written = trie.start, [b""]
        while len(written) < 12 or not node.whole:
            options = sorted(allowed(trie, node) - {ARTIST, ARTIST + 1})
            choice = options[int(torch.randint(len(options), (1,), generator=generator))]
            if choice in node.children:
                written[-1] += pieces[choice]
            else:
                written.append(pieces[choice])
                assert pieces[choice][:1] == b" " or not pieces[choice].isalpha() or node.joint
            node = trie.after(node, choice)
        assert {unit.decode() for unit in written[1:]} <= known
