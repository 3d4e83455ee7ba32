"""Lets the tests here import what they share: the disk that loses power, and records to store."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
