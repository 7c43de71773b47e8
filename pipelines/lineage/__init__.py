"""What a registered version came from: shown, and built again."""
