"""Version 3 of the lead provider API (API-1.3)."""
