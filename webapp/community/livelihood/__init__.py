"""Livelihood items: collected, chosen, paid for, built, and accepted by those who live there."""
