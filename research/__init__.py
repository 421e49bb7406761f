"""How the package was made and measured; not part of what is installed."""
