"""OGC API Features and Tiles: the layers of the house as other programs read them."""
