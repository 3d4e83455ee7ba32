"""Messy text → the songs it names.

`parse_songs` cleans the text (`cleaning`), cuts its lines into words, quotes and marks (`lexing`),
reads each line in all the ways in which people write of songs (`readings`), weighs what speaks for
and against each way (`evidence`), and keeps the readings that reach the threshold. It would rather
find nothing than guess.
"""

from curator.domain.parsing.choosing import Found, parse, parse_songs

__all__ = ["Found", "parse", "parse_songs"]
