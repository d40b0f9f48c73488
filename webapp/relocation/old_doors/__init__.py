"""Former villages: their lanes and houses by year, and where the families of these houses live now."""
