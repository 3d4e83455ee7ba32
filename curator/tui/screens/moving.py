"""Moving: from sample to sample, from request to request."""

from curator.tui.screens.page import Page
from curator.tui.widgets.cards_view import CardsView
from curator.tui.widgets.queue_view import QueueView


class Moving(Page):
    """The keys and clicks that change where the curator is and nothing else."""

    def action_move_sample(self, step: int) -> None:
        """Go to the next (1) or previous (-1) sample."""
        if self.slots:
            at = self.at or 0
            self.choose(max(0, min(at + step, len(self.slots) - 1)))

    def action_end_sample(self, direction: int) -> None:
        """Go to the first (-1) or last (1) sample."""
        if self.slots:
            self.choose(0 if direction < 0 else len(self.slots) - 1)

    def choose(self, at: int) -> None:
        """Choose the sample at a place."""
        self.key = self.slots[at].key
        self.show_cards(reveal=True)

    def action_move_request(self, step: int) -> None:
        """Go to the next (1) or previous (-1) request that is shown."""
        queue = self.desk.queue
        ids, place = queue.ids(), queue.place(self.request_id)
        if not ids:
            return
        if place is None:  # not shown (any more): from between those that came before and after it
            gap = len(ids) if self.request_id is None and step < 0 else queue.gap(self.request_id)
            place = gap - 1 if step > 0 else gap
        self.go_to(ids[max(0, min(place + step, len(ids) - 1))])

    def action_end_request(self, direction: int) -> None:
        """Go to the first (-1) or last (1) request."""
        if ids := self.desk.queue.ids():
            self.go_to(ids[0 if direction < 0 else -1])

    def action_page(self, direction: int) -> None:
        """Scroll the samples."""
        self.query_one(CardsView).page(direction)

    def action_queue(self) -> None:
        """Show or hide the queue."""
        side = self.query_one("#side")
        shown = side.display
        self.set_class(shown, "-queue-off")
        self.set_class(not shown, "-queue-on")

    def on_queue_view_chosen(self, message: QueueView.Chosen) -> None:
        """A request was clicked."""
        self.leave_filter()
        self.go_to(message.request_id)

    def on_cards_view_chosen(self, message: CardsView.Chosen) -> None:
        """A sample was clicked."""
        self.leave_filter()
        for at, slot in enumerate(self.slots):
            if slot.key == message.key:
                self.choose(at)
