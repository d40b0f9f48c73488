"""What is around a case: the same matter reported twice, its like, its reporter's other cases."""
