"""What everything stands on: errors, labels, numbers, settings, statuses, and files in and out."""
