"""What forms cost those who fill them in: minutes, measured silently, told to whoever asks for the form."""
