"""How far: metres and seconds along the roads, by mode; a stated fallback where there are none."""
