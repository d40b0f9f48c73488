"""Running the house: its worker, its checks, its demo data, its generated documents."""
