"""Lists as files: what is on the screen leaves the house as people's own tools expect it."""
