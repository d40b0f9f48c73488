"""Public services: the items that may be applied for, and the applications that go from level to level."""
