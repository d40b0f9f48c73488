"""Calendars of people, by private addresses."""
