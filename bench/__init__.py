"""Speed, measured against named baselines in the same run: `python -m bench [names]`."""
