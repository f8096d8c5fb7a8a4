"""The same rules, the same actions and the same residents on stock Rasa, for comparison."""
