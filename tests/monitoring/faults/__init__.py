"""Faults that are made on purpose (docs/faults.md)."""
