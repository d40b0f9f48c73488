"""Tests of the map: layers, pages, base maps, briefings, and the map in a browser."""
