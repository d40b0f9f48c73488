"""Gates of points: machines that let people in, lane by lane, and say what they did."""
