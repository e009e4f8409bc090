"""Products, the catalogue, terminations of products, pending actions, own product grants."""
