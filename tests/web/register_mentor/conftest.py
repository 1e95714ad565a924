"""The same world as for ECTs: two schools, their providers, and a teaching record system on loopback."""

from tests.web.register_ect.conftest import alice, app, outside, register_settings, stand_in, world

__all__ = ["alice", "app", "outside", "register_settings", "stand_in", "world"]
