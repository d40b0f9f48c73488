"""Open311 GeoReport v2: what apps and portals of other makers speak to report and to read."""
