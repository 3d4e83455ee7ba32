import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Threads that wait for each other on a busy machine cost more than they give."""
    torch.set_num_threads(1)
