"""What all tests share: the same examples in every run, and nobody's real credentials."""

import gc
import os

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("steady")

# Every core has a worker already: threads of two workers that wait for each other take longer than
# one each. Set before anything imports torch.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A screen that was tested leaves cycles behind, and among some hundred thousand objects of torch's
# modules the search for them took a third of the time.
gc.set_threshold(20_000, 50, 100)

# Whoever runs the tests may have a bot: no test, and no program that a test starts, must speak
# for it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
for name in [n for n in os.environ if n.startswith(("CURATOR_X_", "CURATOR_SPOTIFY_"))]:
    del os.environ[name]

# What runs the whole program asks no service outside; tests of that name a stand-in.
os.environ.setdefault("CURATOR_SOURCES", "catalogue")


def pytest_collection_finish():
    gc.freeze()


@pytest.fixture(scope="session")
def some_senses():
    """What words are like by some of our sentences: all of them take seconds."""
    from models.corpus import own_voice, prepare
    from models.learning.senses import Senses

    return Senses.of([sentence.text for sentence in prepare(own_voice()[:1]).train])


@pytest.fixture(scope="module")
def few_senses(some_senses):
    """Learning takes what words are like from some of our sentences."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.learning.features.of_our_voice", lambda: some_senses)
        yield
