"""Tests of service points."""
