"""Support: temporary access to a person's organisations."""
