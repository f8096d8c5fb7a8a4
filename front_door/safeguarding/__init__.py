"""A disclosed danger reaches a person: recorded with the message, filed for the desk, told to the lead, kept as long as needed."""
