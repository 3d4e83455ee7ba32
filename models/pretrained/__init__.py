"""The pretrained decoder: a small language model from elsewhere, taught to write from ⟨z, a⟩.

`base.py` is where the base comes from and lies, `llama.py` its arithmetic, `prompt.py` what it is
told in words, `model.py` what is added to it and trained, `stepping.py` the same arithmetic laid
out for writing, `writer.py` the `LatentWriter`.
"""
