"""Our policies beside Rasa's RulePolicy."""
