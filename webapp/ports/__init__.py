"""Fishing ports: vessels and their crews, who is at sea, who may leave, what is wrong out there."""
