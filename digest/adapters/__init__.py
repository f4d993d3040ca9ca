"""The outside world, one module per outside thing; they never import each other."""
