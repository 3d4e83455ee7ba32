"""Drafts of the tiny model, judged."""

import json

from models.writer import Conditions, SampleEvent, Sampling

LOUD = Conditions("Somebody", "Something", ("metal",), {"energy": 0.9, "tempo": 160})


def judgements(writer, file, n=80):
    """Write drafts and judge them: those with drums are worth posting."""
    events = writer.write(LOUD, n, seed=9, sampling=Sampling(candidates=1))
    texts = [event.text for event in events if isinstance(event, SampleEvent)]
    rows = []
    for number, text in enumerate(texts):
        artist, title = f"Somebody {number}", "x"
        row = {"text": text.replace(LOUD.artist, artist).replace(LOUD.title, title), "energy": 0.9}
        row |= {"artist": artist, "title": title, "genres": ["metal"]}
        rows.append(row | {"verdict": "approve" if liked(text) else "reject"})
    rows.append(rows[0] | {"verdict": None})
    file.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    return rows[:-1]


def liked(text):
    return "rums" in text
