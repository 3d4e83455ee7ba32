"""What a request asks, in the terms of a writer."""

from curator.engine.messages import Contributions, Decode, Encode, Generate, Surprisal
from models.writer import Conditions, Sampling


def conditions_of(request: Generate | Encode | Decode | Surprisal | Contributions) -> Conditions:
    """Return what the texts of a request are about."""
    return Conditions(request.artist, request.title, tuple(request.genres), request.features)


def sampling_of(request: Generate | Decode) -> Sampling:
    """Return how the texts of a request are drawn."""
    from models.said import Said  # torch comes with it, and is to be told of its threads before

    said = Said(request.said) if isinstance(request, Generate) and request.said else None
    return Sampling(request.temperature, request.top_p, said=said)
