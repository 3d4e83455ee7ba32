"""The writing: corpora, models, training, decoding. Knows nothing of the application."""
