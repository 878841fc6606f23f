"""The promises about speed, one file a promise, each measured in one run beside a floor.

A floor is what the task costs a program that does the least that can be done: a C reader of the same file, the bare
interpreter, or the same command on less. Ratios to it compare across machines, where seconds do not.
Nothing here fails: the table says which promises are met on the machine at hand.
"""
