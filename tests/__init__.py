"""A package of its own name: a library that is installed may bring one that is called the same."""
