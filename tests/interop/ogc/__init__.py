"""Tests of OGC API Features and Tiles."""
