"""How does a selection become one SQL statement?

Reads what Strawberry's fields and Tortoise's models already say and what `declarations` add to them; knows
no noun of the programme. `dispatch.answer_by_plan` answers an operation, or says that the resolvers have to.
"""
