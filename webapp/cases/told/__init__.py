"""What the public is told of a case, kept ready for those who read many."""
