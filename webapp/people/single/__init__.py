"""Single sign-on: whoever is known to the sign-in service of the office comes in by it (OpenID Connect)."""
