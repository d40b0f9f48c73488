"""Webhooks: what happens in the house is told to the programs of others, signed, until they have it."""
