"""The locks of people, as registration takes them."""

from app.teachers.locks import lock_people, lock_person

__all__ = ["lock_people", "lock_person"]
