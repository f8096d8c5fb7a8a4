"""Small real servers that stand in for the outside, with switches for its failures. Each runs by `python -m tests.fakes.NAME PORT`."""
