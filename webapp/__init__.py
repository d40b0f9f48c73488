"""Wangge: grid governance of a subdistrict."""
