"""What is known of a song: the sources that are asked, and how their answers are put together."""
