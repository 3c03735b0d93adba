"""Measurements. Each module prints one table; nothing here decides a test."""
