"""The ground of projects: parcels that are levelled, and the pipes and lines a site waits for."""
