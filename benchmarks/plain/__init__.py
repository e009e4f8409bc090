"""The same API as Strawberry's and Tortoise's documentation would have it."""
