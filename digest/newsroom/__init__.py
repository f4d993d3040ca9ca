"""The bundled sample world: outlets, feeds and articles served on loopback."""
