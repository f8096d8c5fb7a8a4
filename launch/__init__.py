"""Starting the assistant: set-up checks, database, catalogue, and the supervisor of its three processes."""
