"""What hosts send: decided, recorded, and answered only when it is durable."""
