"""Learn: what the desk has learnt from the curator, how good that is, and what to do with it."""

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from curator.desk.changes import Change, EngineChanged, LearningChanged
from curator.desk.learning import NotPromoted
from curator.domain.plain import shown
from curator.domain.versions import Version
from curator.engine.errors import EngineCancelled, EngineError
from curator.tui.keys import bindings
from curator.tui.screens.learn_page import LearnPage


class LearnScreen(LearnPage):
    """The keys of the page."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("learn")

    def on_mount(self) -> None:
        """Look through the labels."""
        self.show_all()
        self.run_worker(self.desk.learning.look(), name="look", exclusive=True, group="look")

    def is_about(self, change: Change) -> bool:
        """Whether it tells of the learning, or of the model that versions are for."""
        return isinstance(change, LearningChanged | EngineChanged)

    # Moving

    def action_move(self, step: int) -> None:
        """Go to the version below (1) or above (-1): they stand newest first."""
        names = [version.name for version in reversed(self.desk.learning.versions.all())]
        if (version := self.version) is not None:
            at = names.index(version.name) + step
            self.chosen = names[max(0, min(at, len(names) - 1))]
            self.say("")
            self.query_one(VerticalScroll).scroll_to(y=0, animate=False)
            self.show_all()

    def action_page(self, direction: int) -> None:
        """Scroll a page down (1) or up (-1)."""
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=direction * max(scroll.size.height - 2, 1), animate=False)

    def action_end(self, direction: int) -> None:
        """Scroll to the top (-1) or the bottom (1)."""
        scroll = self.query_one(VerticalScroll)
        (scroll.scroll_home if direction < 0 else scroll.scroll_end)(animate=False)

    # Training

    def action_train(self) -> None:
        """Learn from all labels."""
        learning = self.desk.learning
        if learning.running is not None:
            self.say(f"one at a time; {self.key_of('stop-training')} stops it")
            return
        self.chosen = ""
        learning.train()
        self.say("learning; the desk goes on meanwhile")

    async def action_stop_training(self) -> None:
        """Stop the training."""
        if await self.desk.learning.cancel():
            self.say("stopped; nothing is left of it")
        else:
            self.say("nothing is being learnt")

    # What is in use

    def action_promote(self) -> None:
        """Write with the chosen version."""
        self._promote(generator=True)

    def action_promote_reward(self) -> None:
        """Choose among drafts by the chosen version's reward, and steer nothing."""
        self._promote(generator=False)

    def _promote(self, *, generator: bool) -> None:
        version = self.version
        if version is None:
            self.say("there is no version yet")
            return
        use = self.desk.learning.in_use
        if use is not None and (use.version, use.generator) == (version, generator):
            self.say(f"{version.name} is in use already")
            return
        if generator and not version.figures.generator:
            alone = self.key_of("promote-reward")
            self.say(f"{version.name} has no generator; {alone} promotes its reward", "warn")
            return
        try:
            self.desk.learning.promote(version, generator=generator)
        except NotPromoted as refused:
            self._ask(version, refused.reasons, generator=generator)
        else:
            self._promoted(version, generator=generator)

    def _ask(self, version: Version, reasons: list[str], *, generator: bool) -> None:
        from curator.tui.screens.promote import Insist

        def answered(insists: bool | None) -> None:
            if insists:
                self.desk.learning.promote(version, generator=generator, insist=True)
                self._promoted(version, generator=generator)
            else:
                self.say(f"{version.name} is not promoted")

        what = version.name if generator else f"the reward of {version.name}"
        self.app.push_screen(Insist(what, reasons, self.keymap), answered)

    def _promoted(self, version: Version, *, generator: bool) -> None:
        what = "steers and chooses" if generator else "chooses among drafts"
        back = self.key_of("roll-back")
        self.say(f"{version.name} {what} from the next batch on; {back} rolls back", "good")
        self.show_all()

    def action_roll_back(self) -> None:
        """Go back to what was in use before."""
        given_up = self.desk.learning.roll_back()
        if given_up is None:
            self.say("nothing that was learnt is in use")
            return
        use = self.desk.learning.in_use
        now = f"{use.version.name} is in use again" if use else "texts come from the model alone"
        self.say(f"{given_up.version.name} is rolled back: {now}", "good")
        self.show_all()

    # Before and after

    def action_compare(self) -> None:
        """Have the same songs and seeds written without and with the chosen version."""
        version = self.version
        if version is None:
            self.say("there is no version yet")
        elif self.comparing:
            self.say(f"one at a time: {self.comparing} is still being compared")
        else:
            self.comparing = version.name
            self.show_all()
            self.run_worker(self._compare(version), name="compare", group="compare")

    async def _compare(self, version: Version) -> None:
        try:
            self.pairs = tuple(await self.desk.learning.compare(version))
            self.pairs_of = version.name
        except EngineCancelled:
            return
        except EngineError as error:
            self.say(shown(str(error), 400), "bad")
            return
        finally:
            self.comparing = ""
            self._if_there(self.show_all)
        if not self.is_attached:
            return
        if self.version == version:
            scroll = self.query_one(VerticalScroll)
            self.call_after_refresh(scroll.scroll_end, animate=False)
        else:
            self.say(f"the comparison of {version.name} is ready", "good")
