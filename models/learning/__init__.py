"""Learning from a curator: the seam that the desk and the command line build on.

`learn` takes ratings and a writer and writes a folder: the reward head (which ranks texts), the
LC-GAN's generator (which moves z to where the reward is), their figures, seeds, settings, the
hash of the writer's weights and the ids of the ratings. `load_reward` and `load_generator` read
it back. Everything is safetensors and JSON, beside a card in Markdown; nothing is pickled.

    report = learn(ratings, writer, LearnSettings(seed=1), folder, on_progress=show)
    head = load_reward(folder, writer)          # head.score(texts, conditions) → (N,), 0 to 1
    steering = load_generator(folder)           # a models.writer.Steering
    writer.write(conditions, 8, seed, steering=steering)
    head.among(steering).score(texts, conditions)   # to choose among what was steered so
"""

from models.learning.compare import ArmFigures, Comparison
from models.learning.loading import RewardHead, load_generator, load_reward
from models.learning.ratings import (
    LEAST_EACH,
    LEAST_RATINGS,
    LearnError,
    LearnProgress,
    LearnReport,
    LearnSettings,
    Liking,
    Measured,
    Phase,
    Rating,
    Skill,
    TooFew,
)
from models.learning.run import learn
from models.learning.steering import TasteSteering

__all__ = [
    "LEAST_EACH",
    "LEAST_RATINGS",
    "ArmFigures",
    "Comparison",
    "LearnError",
    "LearnProgress",
    "LearnReport",
    "LearnSettings",
    "Liking",
    "Measured",
    "Phase",
    "Rating",
    "RewardHead",
    "Skill",
    "TasteSteering",
    "TooFew",
    "learn",
    "load_generator",
    "load_reward",
]
