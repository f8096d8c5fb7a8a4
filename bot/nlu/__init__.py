"""Components of the understanding pipeline; `config.yml` lists them in order."""
