"""Cameras: where they stand, what they see, how much of each grid, and who looked at their addresses."""
