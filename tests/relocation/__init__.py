"""Tests of relocation."""
