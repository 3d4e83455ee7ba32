"""What posts may cost in a month, and what goes on without money."""

from curator.net.x_errors import Unreachable

LOST = Unreachable("X did not answer in time")


def test_the_month_s_money_is_not_overspent(make_world):
    world = make_world(mentions=4, post_monthly_dollars=0.025)
    for n in range(4):
        world.approve(f"m{n}a")
    world.wait()
    assert len(world.texts) == 2
    assert "$0.02 this month" in world.sender.stopped
    assert [world.state(f"m{n}a") for n in range(4)] == ["posted", "posted", "queued", "queued"]


def test_without_money_what_may_be_out_is_still_looked_for(make_world, monkeypatch):
    world = make_world(post_monthly_dollars=0.015)
    world.x.faults = [("after", LOST)]
    monkeypatch.setattr(world.x, "own_posts", lambda since_id=None: [])  # it shows late
    world.approve("m0a")
    world.wait()
    world.approve("m1a")
    world.wait()
    assert (world.state(), world.state("m1a")) == ("uncertain", "queued")
    assert "post_monthly_dollars" in world.sender.stopped
    assert world.sender.wake_at() == world.sender._when_to_look(world.post())
    monkeypatch.undo()
    world.wait(600)
    assert world.state() == "posted"
    assert world.sender.wake_at() is None


def test_money_comes_with_the_month_or_when_the_dear_one_is_gone(make_world):
    world = make_world(post_monthly_dollars=0.015)
    world.approve("m0a")
    world.wait()
    world.approve("m1a")
    world.wait()
    assert world.sender.stopped
    world.say(undo=True)
    world.wait()
    assert world.sender.stopped is None
    world.approve("m2a")
    world.wait()
    assert world.state("m2a") == "queued"
    world.wait(31 * 86_400)
    assert (world.state("m2a"), world.sender.stopped) == ("posted", None)
