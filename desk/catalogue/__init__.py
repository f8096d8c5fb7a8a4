"""The staff pages of the service catalogue: looking things up, putting them right, and what residents found missing."""
