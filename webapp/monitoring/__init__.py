"""Monitoring: what watches over places, and what follows from what it sees."""
