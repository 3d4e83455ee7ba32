"""The only writer: what the curator does becomes an event, is kept, and is told to listeners."""
