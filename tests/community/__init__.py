"""Tests of what residents say and what becomes of it."""
