"""The places of a request's samples on the screen: written ones and those still to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curator.desk.cards import Card


@dataclass(frozen=True, slots=True)
class Slot:
    """One place. `card` is None while the sample is still being written; then `growing` is the
    text so far, empty before its turn.
    """

    key: str
    number: int
    card: Card | None = None
    growing: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a decision is still to be made here."""
        return self.card is None or self.card.judgement.verdict is None


def slots_of(cards: Sequence[Card], growing: Mapping[int, str]) -> list[Slot]:
    """Return all places in the order of their numbers."""
    slots = [Slot(card.sample.id, card.number, card) for card in cards]
    slots += [Slot(f"#{number}", number, None, text) for number, text in growing.items()]
    return sorted(slots, key=lambda slot: slot.number)


def find(slots: Sequence[Slot], key: str | None) -> int | None:
    """Return where a key is among the slots.

    The key of a place whose sample was still being written finds the sample that it became.
    """
    if key is None:
        return None
    for n, slot in enumerate(slots):
        if slot.key == key or key == f"#{slot.number}":
            return n
    return None


def first_choice(slots: Sequence[Slot]) -> int | None:
    """Return the place to begin at: the approved sample, else the first to decide on, else 0."""
    for n, slot in enumerate(slots):
        if slot.card and slot.card.judgement.verdict == "approve":
            return n
    for n, slot in enumerate(slots):
        if slot.is_open:
            return n
    return 0 if slots else None


def next_open(slots: Sequence[Slot], at: int) -> int | None:
    """Return the next place to decide on after `at`, going round; None if there is none."""
    for step in range(1, len(slots) + 1):
        n = (at + step) % len(slots)
        if slots[n].is_open and n != at:
            return n
    return None
