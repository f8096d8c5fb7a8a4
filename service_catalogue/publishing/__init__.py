"""What goes out of the catalogue: services as Open Referral UK 3.0 JSON, and which of them, in which order."""
