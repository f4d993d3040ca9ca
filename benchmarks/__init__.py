"""Measurements, each a module run with ``python -m benchmarks.<name>``; its last line is JSON."""
