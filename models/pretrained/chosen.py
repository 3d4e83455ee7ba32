"""The precision that a machine writes in, measured once and then kept.

Which precision is fastest is close on some machines; measured at each start it could turn out
this way today and that way tomorrow, and the same seed would give another text.
"""

import contextlib
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path

import torch
from torch.backends import cpu

from models.files import write_atomically
from models.pretrained import native
from models.pretrained.products import Precision

FILE = "fastest.json"
_KNOWN: tuple[Precision, ...] = ("fp32", "bf16", "fp16", "int8", "w8a16")


def chosen(folder: Path, device: torch.device, measure: Callable[[], Precision]) -> Precision:
    """Return what `measure` says, or what it said before on this machine, as kept in `folder`.

    Another build of torch, another processor or number of cores is measured anew, and so it is
    where kernels were compiled since; where nothing can be written, every time. How many threads
    there are does not count: the desk's model leaves a core to the screen, and is to write what a
    command writes.
    """
    processor = f"{platform.processor() or platform.machine()} {cpu.get_cpu_capability()}"
    key = f"{device.type}, torch {torch.__version__}, {processor}, {os.cpu_count()} cores"
    if native.available():
        key += ", native"
    path = folder / FILE
    kept: dict[str, Precision] = {}
    with contextlib.suppress(OSError, ValueError, AttributeError):
        found = json.loads(path.read_text("utf-8"))
        kept = {name: value for name, value in found.items() if value in _KNOWN}
    if key not in kept:
        kept[key] = measure()
        with contextlib.suppress(OSError):
            write_atomically(path, json.dumps(kept, indent=1).encode())
    return kept[key]
