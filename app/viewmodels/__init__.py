"""State and commands of the pages: the only part of the window that imports the engine."""
