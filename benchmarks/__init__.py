"""What is claimed about speed and accuracy, as commands that print ratios against a peer."""
