"""What the office lays down: classes, limits, the working calendar, who gets which case, what is asked."""
