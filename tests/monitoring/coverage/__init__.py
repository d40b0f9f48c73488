"""Tests of what cameras leave unseen."""
