"""Figures: each defined once, counted from the log as of any moment, with the cases behind it."""
