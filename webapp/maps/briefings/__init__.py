"""Maps to hand round, each one file that opens with no network."""
