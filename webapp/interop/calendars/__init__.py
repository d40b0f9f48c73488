"""Private addresses by which somebody's own calendar and own area are read."""
