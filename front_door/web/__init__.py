"""The web chat: pages that work without JavaScript, sessions, limits and headers."""
