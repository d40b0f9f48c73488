"""Duties of projects: tough items, meetings and what was resolved there."""
