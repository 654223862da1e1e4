"""The Model Context Protocol: searching and reading an index, for language-model agents."""
