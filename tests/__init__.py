"""Tests of the service, by capability."""
