"""What becomes of the people of a school that closes, merges, splits, is renumbered or opens again."""
