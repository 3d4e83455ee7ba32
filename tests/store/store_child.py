"""A process of its own over a store: `store_child.py HOME NAME [fold] [paced]`.

Appends events without end, from two threads, folding now and then when told so, and prints the
id of each once it is acknowledged. When `paced`, it stops after every 50 until it
is sent a line. With NAME `hold` it opens the store and waits.
"""

import itertools
import sys
import threading
from pathlib import Path

from curator.domain.records import Event, Sample
from curator.store import Store

home, name = Path(sys.argv[1]), sys.argv[2]
store = Store.open(home)
print("open", flush=True)
if name == "hold":
    sys.stdin.read()
    store.close()
    sys.exit()
printing = threading.Lock()


def judge(thread):
    for n in itertools.count():
        id = f"{name}-{thread}-{n}"
        sample = Sample(f"S-{id}", "R", "now", "x" * (n * 37 % 3000), "cvae")
        event = Event(f"E-{id}", "now", "iris", "judged", sample.id, {"n": n})
        future = store.append(sample, event)
        if n % 3 == 0:
            future.result()
            with printing:
                print(id, flush=True)
        if "fold" in sys.argv and n % 50 == 49:
            store.snapshot()
        if "paced" in sys.argv and n % 50 == 49:
            sys.stdin.readline()


threads = [threading.Thread(target=judge, args=(t,), daemon=True) for t in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
