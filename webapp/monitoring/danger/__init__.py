"""Danger zones: where it is dangerous, who is inside, how they get out, and whether they did."""
