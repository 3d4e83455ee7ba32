"""A simulated curator: the real loop against a judge in code, with an account of what it learnt."""
