"""From events and parameters to predicted levels: event tables, plans, closed forms, integration, residual errors."""
