"""Tests of roads and travel times."""
