"""Vessels at sea, as their transmitters tell of them."""
