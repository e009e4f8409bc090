"""Why is an operation not planned?"""


class Unplannable(Exception):
    """The operation takes the ordinary road, for this reason; nothing has been done yet."""


class Undeclared(TypeError):
    """A declaration that can never be planned: the server does not start with it."""
