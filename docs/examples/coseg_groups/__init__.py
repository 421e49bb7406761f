"""What the examples for Apache Beam and for Ray Data have in common."""
