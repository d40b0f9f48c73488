"""Who carries a neighbourhood: building heads, party households, partners, volunteers, property companies."""
