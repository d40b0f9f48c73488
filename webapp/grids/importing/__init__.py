"""From a file of borders that somebody sent to grids that can be put in force. No web, no database.

`reading` takes the file apart, `columns` finds the attributes, `fit` finds the coordinate system,
`checks` finds the faults, `repair` mends small ones when asked, `report` walks through all of it.
"""
