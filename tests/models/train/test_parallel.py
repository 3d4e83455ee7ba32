import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from models.train.parallel import Processes, joined
from models.train.task import Share

SCRIPT = Path(__file__).with_name("two_processes.py")


def script():
    spec = importlib.util.spec_from_file_location("two_processes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_two_processes_have_the_gradients_of_one(tmp_path, sources, monkeypatch):
    launch = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"]
    command = [sys.executable, str(SCRIPT), str(tmp_path), *map(str, sources)]
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-m", *launch, *command],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = (load_file(tmp_path / f"process-{i}.safetensors") for i in (0, 1))
    monkeypatch.setattr(torch, "randn_like", torch.zeros_like)
    alone = script().gradients(sources, tmp_path, Processes(), torch.device("cpu"))
    assert first.keys() == second.keys() == alone.keys()
    for name in alone:
        assert torch.equal(first[name], second[name]), name
        assert torch.allclose(first[name], alone[name], rtol=1e-4, atol=1e-6), name
    assert any(value.abs().max() > 1e-3 for name, value in alone.items() if name[0].isdigit())


@pytest.mark.parametrize("rows", [range(5), range(2), range(1)])
@pytest.mark.parametrize("of", [1, 2, 3])
def test_shares_are_the_whole_batch_once(rows, of):
    shares = [Share(i, of).rows(list(rows)) for i in range(of)]
    assert sorted(row for own, weight in shares if weight for row in own) == list(rows)
    assert all(own for own, _ in shares)
    assert all(weight in (0.0, float(of)) for _, weight in shares)


def test_without_torchrun_a_process_is_alone(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined(torch.device("cpu")) as processes:
        assert processes.is_first
        assert processes.count == 1
        assert processes.agree(2.5) == 2.5
        assert processes.gather(torch.ones(2))[0].tolist() == [1.0, 1.0]
