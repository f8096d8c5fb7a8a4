"""The Rasa side of the assistant (Python 3.10): channel, tracker store, understanding, and the fixes Rasa needs."""
