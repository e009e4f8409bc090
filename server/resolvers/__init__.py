"""What happens: async functions with plain arguments, their permission classes, their transactions."""

from server.resolvers import wings as wings  # no table that the wings share is ever used before it is joined
