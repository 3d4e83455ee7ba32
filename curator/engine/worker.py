"""The worker: a process that holds the model, and does what it is asked line by line.

A thread reads stdin, so that a cancel, or the end of stdin, is seen while the model writes. Nothing
but messages goes to stdout; what libraries print there goes to stderr. The worker ends with its
stdin, and so never outlives the desk, however that ends.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import BinaryIO, NoReturn

from curator.engine.answering import Loader, Worker
from curator.engine.boxes import Inbox, Outbox
from models.writer import Writer

NICENESS = 5
"""The screen comes first: the model writes with what is left of the processor."""


def serve(
    load: Loader,
    stdin: BinaryIO,
    stdout: BinaryIO,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Answer what comes in on stdin, in order, until it ends. `clock` is in seconds."""
    outbox = Outbox(stdout)
    inbox = Inbox(stdin, outbox)
    worker = Worker(load, inbox, outbox, clock)
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        for request in inbox:
            worker.handle(request)


def load_writer(name: str, device: str | None) -> Writer:
    """Load a model of ours. Raises what `models.library.load` raises."""
    from models.library import load  # torch comes with it, which takes seconds

    return load(name, device)


def _keep_a_core_free() -> None:
    """Leave a core to the screen, and step back where there is only one."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        cores = os.cpu_count() or 1
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores - 1)))  # torch reads it at import
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def main(load: Loader = load_writer) -> NoReturn:
    """Run the worker on the process's own stdin and stdout. Does not return."""
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    # From here on, whoever reads stdin finds it empty, and whoever prints does so to stderr.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    _keep_a_core_free()
    serve(load, stdin, stdout)
    sys.stderr.flush()
    os._exit(0)  # nothing is left to do, and to take torch apart takes half a second


if __name__ == "__main__":
    main()
