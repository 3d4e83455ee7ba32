"""Curator: a desk where a person turns a model's drafts into posts worth reading."""
