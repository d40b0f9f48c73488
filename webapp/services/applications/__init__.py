"""Applications (办件): from the draft through village, station and street to the result and its rating."""
