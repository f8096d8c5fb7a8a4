"""The benchmark: whole conversations through the real processes, side by side with stock Rasa. Start it with `make bench`."""
