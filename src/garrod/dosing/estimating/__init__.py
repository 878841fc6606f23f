"""From levels to a person's own parameters: the objective, its minima, the posterior, checks, forecasts and their evaluation."""
