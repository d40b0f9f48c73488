"""Claims: somebody says that they act for an enterprise, and a person of the subdistrict looks."""
