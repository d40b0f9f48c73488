"""Figures of the alarms: how many there are for whom, how true they are, how soon somebody comes."""
