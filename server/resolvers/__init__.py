"""What happens: async functions with plain arguments, their permission classes, their transactions."""

from server.resolvers import wings as wings  # no shared table is ever used before the wings have joined it
