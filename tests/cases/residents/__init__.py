"""Tests of what residents do and what the public may know."""
