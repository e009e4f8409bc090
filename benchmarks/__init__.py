"""How fast is the server beside others that do the same work?"""
