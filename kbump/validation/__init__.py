"""What is wrong with a resource: one module for each family of rules."""
