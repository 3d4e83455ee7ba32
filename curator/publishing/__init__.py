"""From an approved text to a post on X: what it will be, sending it once, reading it back."""
