"""From a person file to events, covariates and a dose, with every rule that refuses."""
