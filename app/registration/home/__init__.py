"""What a school has to do, what it waits for and what it is told."""
