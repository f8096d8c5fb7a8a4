"""The fault matrix: real processes, many residents, and whatever can break, breaking."""
