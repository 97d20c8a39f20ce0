"""The production server as it is started, seen from outside."""
