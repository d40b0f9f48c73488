"""Opinions of residents: said online or at the door, answered or routed, rated, reopened once."""
