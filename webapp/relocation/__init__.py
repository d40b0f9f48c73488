"""Relocation: households on the ground of projects, from listed to clean land, and the doors of former villages."""
