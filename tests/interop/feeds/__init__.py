"""Feeds of public cases."""
