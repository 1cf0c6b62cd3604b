"""The venue's wire protocol: signed requests, queries and websocket channels, to the letter."""
