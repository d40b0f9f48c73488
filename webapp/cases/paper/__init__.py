"""A case on paper: the file with its small map, its photos and places for seals."""
