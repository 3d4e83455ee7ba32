import json

import pytest

SUBJECTS = ("The kick", "A cello", "Her voice", "One guitar", "The organ", "A choir", "Brass")
ACTIONS = ("leans back", "walks home", "keeps time", "falls apart", "holds on", "burns low")
PLACES = ("in the second verse", "behind the drums", "before anyone is ready", "all the way down")


@pytest.fixture
def sources(tmp_path):
    def lines(n):
        for i in range(n):
            s, a, p = SUBJECTS[i % 7], ACTIONS[i % 6], PLACES[i % 4]
            yield f"{s} {a} {p} and number{i} bells ring{i}."

    voice = tmp_path / "voice.jsonl"
    voice.write_text("\n".join(json.dumps({"text": t, "genres": ["rock"]}) for t in lines(40)))
    plain = tmp_path / "plain.txt"
    others = (f"Tin{i} flutes{i} answer lamp{i} by lamp{i} tonight." for i in range(9))
    plain.write_text("\n".join(others))
    return [voice, plain]
