"""Pages of the support console."""
