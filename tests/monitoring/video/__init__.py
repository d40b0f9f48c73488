"""Video rules, judged on clips whose truth is known."""
