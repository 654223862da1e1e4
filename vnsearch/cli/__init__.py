"""The command line: commands, the quick way for a plain search, exit codes."""
