"""What `curator bench` measures."""
