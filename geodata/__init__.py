"""Makes the default map of the subdistrict; the web application reads the files and never imports this package."""
