"""Building and running a project with each strategy, in scratch copies: what `wasifix verify` does."""
