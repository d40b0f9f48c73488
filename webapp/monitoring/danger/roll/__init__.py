"""The roll-call of a danger zone: who was inside, and whether each of them is safe."""
