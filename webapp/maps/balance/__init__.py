"""The grid balancer: borders proposed so that the grids of a community carry equal work."""
