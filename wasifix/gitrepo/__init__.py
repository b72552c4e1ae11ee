"""What wasifix asks of git: is work unsaved, what is in a revision, how does the patch look; commit it.

Only `program` imports GitPython, and only what needs git imports this package: `check` works without git.
"""
