import json

import pytest
import torch
from torch.backends import cpu

from models.pretrained import native
from models.pretrained.chosen import FILE, chosen

CPU = torch.device("cpu")


def never():
    raise AssertionError("it was measured again")


def test_what_was_measured_once_is_kept(tmp_path):
    assert chosen(tmp_path, CPU, lambda: "int8") == "int8"
    assert chosen(tmp_path, CPU, never) == "int8"


def test_each_kind_of_device_has_its_own(tmp_path):
    chosen(tmp_path, CPU, lambda: "int8")
    assert chosen(tmp_path, torch.device("cuda"), lambda: "fp16") == "fp16"
    assert chosen(tmp_path, CPU, never) == "int8"


def test_another_build_of_torch_is_measured_anew(tmp_path, monkeypatch):
    chosen(tmp_path, CPU, lambda: "int8")
    monkeypatch.setattr(torch, "__version__", "99.0")
    assert chosen(tmp_path, CPU, lambda: "bf16") == "bf16"


def test_another_processor_is_measured_anew(tmp_path, monkeypatch):
    chosen(tmp_path, CPU, lambda: "int8")
    monkeypatch.setattr(cpu, "get_cpu_capability", lambda: "ABACUS")
    assert chosen(tmp_path, CPU, lambda: "fp32") == "fp32"


def test_what_was_compiled_since_is_measured_too(tmp_path, monkeypatch):
    monkeypatch.setattr(native, "available", lambda: False)
    chosen(tmp_path, CPU, lambda: "int8")
    monkeypatch.setattr(native, "available", lambda: True)
    assert chosen(tmp_path, CPU, lambda: "w8a16") == "w8a16"
    monkeypatch.setattr(native, "available", lambda: False)
    assert chosen(tmp_path, CPU, never) == "int8"


def test_another_number_of_threads_writes_the_same(tmp_path, monkeypatch):
    chosen(tmp_path, CPU, lambda: "int8")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 99)
    assert chosen(tmp_path, CPU, never) == "int8"


@pytest.mark.parametrize("damaged", ["{", "[]", "3"])
def test_a_damaged_file_counts_for_nothing(tmp_path, damaged):
    (tmp_path / FILE).write_text(damaged)
    assert chosen(tmp_path, CPU, lambda: "bf16") == "bf16"
    assert chosen(tmp_path, CPU, never) == "bf16"


def test_an_unknown_precision_counts_for_nothing(tmp_path):
    chosen(tmp_path, CPU, lambda: "bf16")
    kept = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps(dict.fromkeys(kept, "int3")))
    assert chosen(tmp_path, CPU, lambda: "fp32") == "fp32"


def test_where_nothing_can_be_written_it_is_measured_every_time(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    assert chosen(nowhere, CPU, lambda: "int8") == "int8"
    assert chosen(nowhere, CPU, lambda: "bf16") == "bf16"
