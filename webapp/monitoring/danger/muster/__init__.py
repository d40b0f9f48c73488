"""Muster points: where people gather who have to leave, and the ways there."""
