"""The item master: what may be applied for, by which rules, in which version, and the manual made of it."""
