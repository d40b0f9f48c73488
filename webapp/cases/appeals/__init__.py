"""Sheets of the 12345 hotline: five working days, one extension, a card when it gets late, a visit at the end."""
