"""Run by torchrun in two processes: what they agree on is written for the test to compare."""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from models.corpus import prepare
from models.train import Stage, TrainConfig
from models.train.kinds import recipe
from models.train.parallel import joined
from models.train.task import Moment
from models.train.trainer import Trainer
from models.units import train_tokenizer

STAGE = Stage("one", 1, 1e-2, 5e-3, batch=7, dropout=0.0, word_dropout=0.0)
CONFIG = TrainConfig(
    vocabulary=400,
    stages=(STAGE,),
    objective={"free_bits": 0.0},
    noise_every=0,
    sizes={
        "embedding": 12,
        "encoder": 8,
        "hidden": 16,
        "latent": 4,
        "genre_size": 4,
        "drop_genre": 0.0,
        "drop_all": 0.0,
    },
)
STEPS = 4


def gradients(sources, folder, processes, device):
    """Return the gradients of the first batches, without any noise, and the weights after."""
    torch.randn_like = torch.zeros_like
    corpus = prepare(sources)
    tokenizer = train_tokenizer("bpe", [s.text for s in corpus.train], CONFIG.vocabulary)
    torch.manual_seed(1)
    task = recipe(CONFIG.kind).task(CONFIG, corpus, tokenizer, device)
    trainer = Trainer(task, CONFIG, folder / "state.safetensors", {}, processes)
    found = {}
    for number in range(STEPS):
        call = trainer._call
        task.model.train()
        task.model.zero_grad()
        task.loss(call, Moment(STAGE, 0, number, 1.0), processes.share).loss.backward()
        found |= {f"{number}/{name}": p.grad.clone() for name, p in task.model.named_parameters()}
    asked = iter(range(10**6))
    trainer.run(lambda _: None, lambda: next(asked) >= STEPS)
    return found | {f"weights/{k}": v.clone() for k, v in task.model.state_dict().items()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    with joined(torch.device("cpu")) as processes:
        found = gradients([Path(p) for p in sys.argv[2:]], folder, processes, processes.device)
        save_file(found, folder / f"process-{processes.index}.safetensors")
