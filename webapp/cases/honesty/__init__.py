"""Honest work: what a person should look at, because a picture may not show what it says."""
