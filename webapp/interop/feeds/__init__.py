"""What is public, as feeds that a reader subscribes to."""
