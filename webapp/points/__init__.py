"""Service points: where they are, when they are open, who waits there, which one serves soonest."""
