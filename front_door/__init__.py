"""The only public process: web chat, text messages, the turn queue and the outbox."""
