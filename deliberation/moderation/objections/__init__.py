"""Objections: who may raise one, who decides it, and what it changes."""
