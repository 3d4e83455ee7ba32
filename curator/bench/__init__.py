"""Benchmarks: each measures one promise in the same run as its baseline, and says how they compare.

A number without its baseline says more of the machine than of the program; so every one here
stands beside what the same machine does bare, taken in turns with it (A B A B), so that a machine
that slows down slows both.
"""
