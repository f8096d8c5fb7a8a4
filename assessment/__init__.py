"""What a resident needs, where they live and where they should go next. Pure: reads local data, keeps nothing, calls nobody."""
