"""Units, grids, boundary versions and the grid of a point."""
