"""One file a recipe; `components.compression.config.RECIPES` names them."""
