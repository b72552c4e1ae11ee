"""One module per command. What a command needs is imported when it runs, so that start-up stays short."""
