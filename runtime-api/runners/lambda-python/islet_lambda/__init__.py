"""Runs handlers that are written for AWS Lambda: a client of its Runtime API. Standard library only."""
