"""Our one policy beside Rasa's RulePolicy."""
