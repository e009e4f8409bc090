"""What happens: async functions with plain arguments, their permission classes, their transactions."""
