"""How people and machines reach us. Nothing outside imports this package."""
