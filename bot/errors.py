"""The error that makes a turn fail as a whole."""


class TurnFailed(BaseException):
    """The turn cannot be completed: nothing of it may be saved or said, and the same message may come again.

    It derives from BaseException because Rasa catches Exception around every action and goes on with the story as if
    the action had worked; only the channel catches this one.
    """
