"""Blowing the whistle: departments are called to a case, report in on the spot, and are rated by who blew."""
