"""The reference, made from the registries themselves: one module per topic, and its forms for people and machines."""
