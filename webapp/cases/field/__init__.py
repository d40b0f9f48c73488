"""Work outdoors: today's walk, patrols by points, visits to doors, cases a worker has pinned."""
