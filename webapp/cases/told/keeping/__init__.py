"""Functions and triggers that keep what is told."""
