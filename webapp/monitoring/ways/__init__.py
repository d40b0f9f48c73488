"""Ways to a source: the house itself fetches what a source holds, and tells it what was decided here."""
