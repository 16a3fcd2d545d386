"""What-if in a browser: limits, targets, caps and settings that are turned, and the plan that is best then, proved."""
