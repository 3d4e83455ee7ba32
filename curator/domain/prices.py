"""What X charges, in dollars, pay-per-use since February 2026.

Kept in one place because prices change: reading costs by what comes back, writing by what it is.
"""

from typing import Final

POST_READ: Final = 0.005
OWNED_READ: Final = 0.001
"""A post of one's own, or one that mentions one's own account."""
USER_READ: Final = 0.010
POST: Final = 0.015
POST_WITH_URL: Final = 0.200
SUMMONED_REPLY: Final = 0.010


def price_of(*, reply: bool, links: int) -> float:
    """Return what a post costs: a summoned reply or a plain post, with so many links in it.

    A link makes a plain post dear; nothing says that a reply is exempt, so it is counted there too.
    """
    if links:
        return POST_WITH_URL
    return SUMMONED_REPLY if reply else POST
