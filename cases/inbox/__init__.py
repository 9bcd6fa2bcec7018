"""The door for mail: stored raw, read within limits, recognised, and handed to one action."""
