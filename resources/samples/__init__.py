"""Sample projects that come with the program."""
