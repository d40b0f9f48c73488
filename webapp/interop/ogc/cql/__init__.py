"""CQL2: filters of other programs, read by a library and put into SQL with bound values."""
