"""What was submitted: any file the offices send, read to observations, panel and rejects."""
