"""An X in memory that can fail at every step."""

from curator.net.x_errors import Duplicate
from curator.net.x_tweets import Metrics, Tweet


class Killed(BaseException):
    """The process is gone."""


class FakeX:
    """Takes posts; `faults` are used up, one a call: (when, error), before or after it takes one.

    It has no memory for duplicates unless told so, so that a second one would show.
    """

    def __init__(self):
        self.tweets = []
        self.faults = []
        self.reading = []
        self.knows_duplicates = False
        self.likes = {}
        self.asked = []

    def post(self, text, reply_to=None):
        when, error = self.faults.pop(0) if self.faults else ("", None)
        if when == "before":
            raise error
        if self.knows_duplicates and any(t.text == text for t in self.tweets):
            raise Duplicate("X: You are not allowed to create a Tweet with duplicate content.")
        tweet = Tweet(str(1000 + len(self.tweets)), text, reply_to=reply_to)
        self.tweets.append(tweet)
        if when == "after":
            raise error
        return tweet.id

    def own_posts(self, since_id=None):
        self.asked.append(since_id)
        if self.reading and (error := self.reading.pop(0)):
            raise error
        newer = [t for t in self.tweets if since_id is None or int(t.id) > int(since_id)]
        return list(reversed(newer))

    def lookup(self, ids):
        if self.reading and (error := self.reading.pop(0)):
            raise error
        return {id: Metrics(likes=self.likes[id]) for id in ids if id in self.likes}
