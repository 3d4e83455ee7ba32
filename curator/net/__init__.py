"""Clients of the services outside, and what they are let in with."""
