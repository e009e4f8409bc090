"""What do Strawberry and Tortoise give whoever writes the same API from their documentation?"""
