"""The weights of the choice of who goes: laid down, tried on an example, taken back."""
