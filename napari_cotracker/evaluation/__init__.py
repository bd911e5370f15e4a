"""How good tracks are: the measures of TAP-Vid, and the data sets to take them on."""
