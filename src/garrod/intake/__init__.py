"""Files become people: the only reader of people's files."""

from garrod.intake.reading import IntakeOptions, read_people, read_person

__all__ = ["IntakeOptions", "read_people", "read_person"]
