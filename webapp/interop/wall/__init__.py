"""The big screen: what the hall sees from across the room, by itself, all day."""
