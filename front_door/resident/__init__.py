"""The resident's own side of a referral that was sent: how far it is, taking it back, changing details, a copy."""
