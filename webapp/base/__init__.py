"""The ground of every feature; it knows no noun of the subdistrict."""
