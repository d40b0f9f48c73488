"""The bulletin of each morning: what happened yesterday, what is late, what stands in the way."""
