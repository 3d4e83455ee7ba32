"""What was written lately is told to the writer, the same for all rows of a batch."""

from curator.desk.writing import seed_of
from tests.desk.test_desk import ask


async def test_what_was_written_is_not_to_be_written_again(desk, desks, until):
    first = await ask(desk, until)
    desk.writing.more(first.id)
    await until(lambda: len(desk.ledger.samples(first.id)) == 6)
    second = await ask(desk, until, "Bo Day – High Moon")
    texts = [s.text for s in desk.ledger.samples(first.id)]
    assert [job.said for job in desk.engine.jobs] == [(), tuple(texts[:3]), tuple(texts)]
    newest = [s.after for s in desk.ledger.samples(first.id)]
    assert newest == [""] * 3 + [desk.ledger.samples(first.id)[2].id] * 3
    await desk.close()
    again = await desks()
    await ask(again, until, "Cy Hill – Far Star")
    texts += [s.text for s in again.ledger.samples(second.id)]
    assert again.engine.jobs[0].said == tuple(texts)
    assert [s.after for s in again.ledger.samples(first.id)] == newest


async def test_an_interrupted_batch_goes_on_as_if_nothing_had_been_written_meanwhile(desk, until):
    await ask(desk, until)
    desk.engine.held_from = 1
    one, other = desk.asking.typed("A – One\nB – Two")
    desk.writing.face(one.id)
    await until(lambda: 1 in desk.writing.growing)
    desk.engine.held_from = None
    desk.writing.face(other.id)
    await until(lambda: len(desk.ledger.samples(other.id)) == 3)
    desk.writing.face(one.id)
    await until(lambda: len(desk.ledger.samples(one.id)) == 3)
    begun, rest = (job for job in desk.engine.jobs if job.seed == seed_of(one.id))
    assert (begun.first_row, rest.first_row) == (0, 1)
    assert begun.said == rest.said
    assert len({s.after for s in desk.ledger.samples(one.id)}) == 1


async def test_a_batch_that_was_interrupted_before_its_first_row_remembers_too(desk, until):
    desk.engine.held_from = 0
    one, other = desk.asking.typed("A – One\nB – Two")
    desk.writing.face(one.id)
    await until(lambda: desk.writing.growing)
    desk.engine.held_from = None
    desk.writing.face(other.id)
    await until(lambda: len(desk.ledger.samples(other.id)) == 3)
    desk.writing.face(one.id)
    await until(lambda: len(desk.ledger.samples(one.id)) == 3)
    assert [j.said for j in desk.engine.jobs if j.seed == seed_of(one.id)] == [(), ()]


async def test_with_larger_batches_the_next_one_is_no_rest_of_the_last(desk, desks, until):
    request = await ask(desk, until)
    desk.writing.more(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) == 6)
    await desk.close()
    again = await desks(batch=5)
    again.writing.more(request.id)
    await until(lambda: len(again.ledger.samples(request.id)) == 11)
    assert [(job.first_row, len(job.said)) for job in again.engine.jobs] == [(6, 6), (10, 10)]
