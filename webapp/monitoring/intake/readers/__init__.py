"""Readers: pure functions from the bytes of a foreign format to what they tell of."""
