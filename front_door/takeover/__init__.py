"""A person takes over: an adviser joins a chat, the bot is quiet until they leave, and both sides are told."""
