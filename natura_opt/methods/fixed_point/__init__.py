"""Plans by fixed points, where every good has one technique."""
