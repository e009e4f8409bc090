"""How fast is the server, compared with others that do the same work?"""
