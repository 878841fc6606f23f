"""Population models as data: the file format, its equations, and the library that ships."""
