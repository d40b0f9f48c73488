"""Deliberation: residents talk a topic over where they live, vote, and see what became of it."""
