"""What an edit changed, word by word, quick enough to be shown while typing."""

import re
from difflib import SequenceMatcher
from typing import Literal

from rapidfuzz.distance import Levenshtein

Op = Literal["same", "del", "add"]
Change = tuple[Op, str]

_WORD_AND_SPACE = re.compile(r"(\S*)(\s*)")
_MOST_WORDS = 1500  # beyond that, matching what differs takes too long for a key press


def word_diff(before: str, after: str) -> list[Change]:
    """Return how `before` becomes `after`, in whole words with the spaces that follow them.

    The pieces that are same or del make up `before`, those that are same or add make up `after`,
    to the character.
    """
    old, new = _words(before), _words(after)
    changes: list[Change] = []
    for kind, a, b, c, d in _matches([word for word, _ in old], [word for word, _ in new]):
        if kind == "equal":
            for (word, space), (_, new_space) in zip(old[a:b], new[c:d], strict=True):
                changes.append(("same", word))
                if space == new_space:
                    changes.append(("same", space))
                else:
                    changes += [("del", space), ("add", new_space)]
        else:
            changes.append(("del", "".join(map("".join, old[a:b]))))
            changes.append(("add", "".join(map("".join, new[c:d]))))
    return _joined(changes)


def word_distance(before: str, after: str) -> int:
    """Return how many words have to be put in, left out or replaced."""
    return Levenshtein.distance(before.split(), after.split())


def _words(text: str) -> list[tuple[str, str]]:
    return [(m[1], m[2]) for m in _WORD_AND_SPACE.finditer(text) if m[0]]


def _matches(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Return difflib's opcodes, those of the ends that are equal found first: most edits are
    small.
    """
    most = min(len(old), len(new))
    head = next((i for i in range(most) if old[i] != new[i]), most)
    tail = next((i for i in range(most - head) if old[-1 - i] != new[-1 - i]), most - head)
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(a), len(b)) > _MOST_WORDS:
        middle = [("replace", 0, len(a), 0, len(b))]
    else:
        middle = list(SequenceMatcher(None, a, b, autojunk=False).get_opcodes())
    return [
        ("equal", 0, head, 0, head),
        *((kind, i + head, j + head, k + head, m + head) for kind, i, j, k, m in middle),
        ("equal", len(old) - tail, len(old), len(new) - tail, len(new)),
    ]


def _joined(changes: list[Change]) -> list[Change]:
    """Join neighbours of one kind; between two that are same, deletions stand before additions."""
    joined: list[Change] = []
    deleted = added = ""

    def flush() -> None:
        nonlocal deleted, added
        joined.extend(change for change in (("del", deleted), ("add", added)) if change[1])
        deleted = added = ""

    for op, text in changes:
        if op == "del":
            deleted += text
        elif op == "add":
            added += text
        elif text:
            flush()
            if joined and joined[-1][0] == "same":
                joined[-1] = ("same", joined[-1][1] + text)
            else:
                joined.append((op, text))
    flush()
    return joined
