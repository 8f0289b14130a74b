"""How agents live: their settings, their prompts one after another, and how each gets its answer."""
