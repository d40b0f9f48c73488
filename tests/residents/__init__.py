"""Tests of the fishing ports."""
