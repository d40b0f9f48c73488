"""Projects: one project, one leader, one plan, to the end; sites, teams, stages, what holds them up."""
