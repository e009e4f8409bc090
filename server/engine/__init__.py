"""The engine: turns a GraphQL operation into one SQL statement.

It reads what Strawberry's fields and Tortoise's models already say, and what `declarations` add to them. It knows no
noun of the programme. `dispatch.answer_by_plan` answers an operation, or says that the resolvers have to.
"""
