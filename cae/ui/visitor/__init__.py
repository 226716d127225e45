"""A visitor's session and identity, who is connected, and what all visitors share: services and background tasks."""
