"""What the product is about, pure: no I/O, no clock, no screen, no model."""
