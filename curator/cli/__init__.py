"""The commands: one file a command; `wiring` is the one place that puts the parts together."""
