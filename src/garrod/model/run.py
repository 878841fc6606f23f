"""The record of one computation: what went in, which knowledge, which program. Every output carries it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Inputs' digests, knowledge digest, program version, parameters. No time: reruns are byte-identical."""

    program: str
    version: str
    knowledge: str  #: digest of the tables used
    knowledge_date: str  #: newest date on which a source was read
    inputs: tuple[tuple[str, str], ...] = ()  #: (name, digest)
    parameters: tuple[tuple[str, str], ...] = ()
