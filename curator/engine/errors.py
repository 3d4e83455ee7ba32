"""What can go wrong between the desk and the engine."""


class EngineError(Exception):
    """The engine can't do it; the message is for the curator to read and says where to look."""


class EngineCancelled(Exception):
    """What was asked for was stopped, since the engine was closed."""
