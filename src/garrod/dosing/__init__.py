"""Doses from drug levels: population models as data, estimates of a person's own parameters with their uncertainty.

numpy is loaded with the first of these names, never by importing ``garrod``.
"""
