"""Text messages: the signed webhook, keywords, one text per turn, the provider and the outbox."""
