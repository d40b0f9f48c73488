"""Tests of the ways to sources: what the house fetches, follows and tells by itself."""
