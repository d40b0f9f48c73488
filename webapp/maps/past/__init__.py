"""The time machine: how the map stood at a moment, and how a day went."""
