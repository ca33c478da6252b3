"""What the access tests stand on: more people, objects in every state, the table, and what to post."""
