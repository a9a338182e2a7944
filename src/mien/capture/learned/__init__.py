"""The learned opinion on an event: its motion as a small film on an average face; the network."""
