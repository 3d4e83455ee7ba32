"""Training, resumable to the bit."""

from models.train.config import Progress, Stage, TrainConfig, TrainReport
from models.train.run import train
from models.train.state import TrainError

__all__ = ["Progress", "Stage", "TrainConfig", "TrainError", "TrainReport", "train"]
