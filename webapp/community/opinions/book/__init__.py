"""The book of opinions on paper: printed pages, photographed lines, answer slips."""
