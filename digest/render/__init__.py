"""Pure rendering: the one Edition record to text."""
