"""Layers, map views, the board and the briefings."""
