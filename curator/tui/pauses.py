"""What waits for a moment in which nothing new comes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget

_PATIENCE = 3.0
"""Seconds; whoever waits so long for a busy node goes on without."""


async def caught_up(node: MessagePump) -> None:
    """Wait until a node has seen to all that was sent to it so far, such as keys.

    Asked by the node itself, it has: it is busy with what came last.
    """
    reached = asyncio.Event()
    task = node._task  # the public one asserts that there is one: a page that ends has none
    if task not in (None, asyncio.current_task()) and node.call_later(reached.set):
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await reached.wait()


async def tell(field: Widget, message: Message) -> None:
    """Tell a field's screen something, between what was typed before and what is typed after it."""
    await caught_up(field)
    field.screen.post_message(message)
    await caught_up(field.screen)


class Pauses:
    """Calls things in a while, by name, between two messages of `node`, unless it is gone by then.

    Textual's own timers won't do: one that begins to run later than it was due, since the machine
    was busy, counts as missed and never comes.
    """

    def __init__(self, node: DOMNode) -> None:
        self._node = node
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    def later(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        """Call something in a while, unless this is said again before."""

        def run() -> None:
            if self._waiting.get(name) is handle:  # neither taken back nor said again
                del self._waiting[name]
                if self._node.display:  # what is being removed has lost its children
                    call()

        self.not_later(name)
        due = asyncio.get_running_loop().call_later
        handle = self._waiting[name] = due(seconds, self._node.call_next, run)

    def is_later(self, name: str) -> bool:
        """Whether something is still to be called."""
        return name in self._waiting

    def not_later(self, name: str) -> None:
        """Call it not after all."""
        if handle := self._waiting.pop(name, None):
            handle.cancel()
