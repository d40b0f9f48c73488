"""Jobs: how well two fit, and what follows from it."""
