"""Tests of running the house."""
