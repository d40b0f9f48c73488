"""Ledgers: the 34 books of a subdistrict as views over the one data set, frozen, signed, taken out."""
