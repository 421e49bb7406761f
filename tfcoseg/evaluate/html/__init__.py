"""The page that a report is: its parts, and the tags that they are made of."""
