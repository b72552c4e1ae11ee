"""Documents: where a value stands in a text, and how to change it without moving anything else."""
