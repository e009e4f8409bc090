"""The GraphQL API of a hosting company's partner programme."""
