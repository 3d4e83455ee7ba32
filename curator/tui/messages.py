"""What the desk says, as Textual messages: the event vocabulary of the screens."""

from textual.message import Message

from curator.desk import changes
from curator.desk.changes import Change, Severity


class DeskMessage(Message, bubble=False):
    """Something that the desk told; sent to the screen that shows it."""


class DeskOpened(DeskMessage):
    """The store is open: there is something to show."""


class QueueChanged(DeskMessage):
    """Requests came, or their states changed."""

    def can_replace(self, message: Message) -> bool:
        """One look at the queue is enough for all changes that wait."""
        return isinstance(message, QueueChanged)


class CardsChanged(DeskMessage):
    """A request's samples, judgements or song changed."""

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self.request_id = request_id

    def can_replace(self, message: Message) -> bool:
        """Replace what says the same."""
        return isinstance(message, CardsChanged) and message.request_id == self.request_id


class TextGrew(DeskMessage):
    """The rows being written for a request grew."""

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self.request_id = request_id

    def can_replace(self, message: Message) -> bool:
        """Replace what is out of date."""
        return isinstance(message, TextGrew) and message.request_id == self.request_id


class RecordsSaved(DeskMessage):
    """Some records reached the disk."""

    def can_replace(self, message: Message) -> bool:
        """One look is enough."""
        return isinstance(message, RecordsSaved)


class DiskRefused(DeskMessage):
    """The disk took nothing; `waiting` records are kept in memory and tried again."""

    def __init__(self, error: str, waiting: int) -> None:
        super().__init__()
        self.error = error
        self.waiting = waiting


class EngineMoved(DeskMessage):
    """The model's process started, is ready, writes, restarts or failed."""

    def can_replace(self, message: Message) -> bool:
        """One look is enough."""
        return isinstance(message, EngineMoved)


class OutboxMoved(DeskMessage):
    """A post came, moved on, or the sender stopped or went on."""

    def can_replace(self, message: Message) -> bool:
        """One look at the outbox is enough for all changes that wait."""
        return isinstance(message, OutboxMoved)


class PollingMoved(DeskMessage):
    """X was asked for requests, will be at another time, or is not asked any more."""

    def can_replace(self, message: Message) -> bool:
        """One look is enough."""
        return isinstance(message, PollingMoved)


class LearningMoved(DeskMessage):
    """A training got on, or a version was promoted."""

    def can_replace(self, message: Message) -> bool:
        """One look is enough."""
        return isinstance(message, LearningMoved)


class DeskNotice(DeskMessage):
    """Something the curator should read."""

    def __init__(self, text: str, severity: Severity) -> None:
        super().__init__()
        self.text = text
        self.severity = severity


def message_of(change: Change) -> DeskMessage:
    """Return the message that tells a change of the desk."""
    match change:
        case changes.Opened():
            return DeskOpened()
        case changes.QueueChanged():
            return QueueChanged()
        case changes.CardsChanged(request_id):
            return CardsChanged(request_id)
        case changes.Grew(request_id):
            return TextGrew(request_id)
        case changes.Saved():
            return RecordsSaved()
        case changes.NotSaved(error, waiting):
            return DiskRefused(error, waiting)
        case changes.EngineChanged():
            return EngineMoved()
        case changes.OutboxChanged():
            return OutboxMoved()
        case changes.PollingChanged():
            return PollingMoved()
        case changes.LearningChanged():
            return LearningMoved()
        case changes.Noticed(text, severity):
            return DeskNotice(text, severity)
