"""Who lives where: buildings, dwellings, households, residents, who of them needs care, visits to them."""
