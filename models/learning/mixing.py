"""What the reward is mixed of: the curator's taste, fresh phrases, and topics where wanted."""

from dataclasses import replace

import numpy as np

from models.learning.features import Read
from models.learning.ratings import LearnError, LearnSettings
from models.learning.reward import Taste, TopicPart
from models.topics import TopicsError, load


def mixed(taste: Taste, settings: LearnSettings, drafts: Read, wanted: TopicPart | None) -> Taste:
    """Add what is taken off for worn phrases, and the topics that are wanted."""
    taste = replace(taste.scaled_to(drafts), freshness=settings.freshness)
    if wanted is None:
        return taste
    human, topic = settings.human, settings.topic
    return replace(taste, topics=wanted.scaled_to(drafts.texts), human=human, topic=topic)


def wanted_topics(settings: LearnSettings) -> TopicPart | None:
    """Load the topics that are wanted. Raises LearnError for topics that cannot be used."""
    if not settings.topic or settings.topics is None:
        return None
    try:
        topics = load(settings.topics)
    except TopicsError as error:
        raise LearnError(str(error)) from error
    weights = np.zeros(len(topics), np.float32)
    for k, weight in settings.topic_weights.items():
        if not 0 <= k < len(topics):
            raise LearnError(f"there is no topic {k}; they are numbered 0 to {len(topics) - 1}")
        weights[k] = weight
    return TopicPart(topics, weights)
