"""What residents ask for together, and what comes of it: livelihood items and opinions."""
