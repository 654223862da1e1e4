"""What is true of the Vietnamese language and its writing, whatever is searched."""
