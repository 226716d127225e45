"""Who is there and what all visitors share: session, identity, presence, services, background tasks."""
