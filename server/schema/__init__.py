"""The schema: Strawberry types, inputs and payloads. Declarations, no await, no if."""

from server.schema.build import schema, sdl

__all__ = ["schema", "sdl"]
