"""Growth in proportion: how fast an economy can grow that puts all it makes back into itself."""
