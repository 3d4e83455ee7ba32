"""What the services let us in with: from the system's keyring, else from environment variables.

Nothing of it is ever shown: objects that hold secrets print without them.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import tweepy


class XKeys(Protocol):
    """What signs requests to X."""

    def sign_in(self, client: "tweepy.Client") -> None:
        """Give the client what it signs with; renews what is about to run out."""

    def renew(self) -> bool:
        """Get a new token after X refused this one; False where that can't be done."""


@dataclass(frozen=True, slots=True)
class OAuth1Keys:
    """Keys of an app and of its user: they hold until they are revoked."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_secret: str = field(repr=False)

    def sign_in(self, client: "tweepy.Client") -> None:
        """Sign with OAuth 1.0a."""
        client.bearer_token = None
        client.consumer_key = self.consumer_key
        client.consumer_secret = self.consumer_secret
        client.access_token = self.access_token
        client.access_token_secret = self.access_secret

    def renew(self) -> bool:
        """Such keys can't be renewed."""
        return False
