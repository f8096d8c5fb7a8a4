"""What is measured: one file for each part; each gives figures for the report and prints nothing."""
