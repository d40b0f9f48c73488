"""The desk: how a queue is narrowed, many cases at once, phrases, the end of a shift."""
