"""The cluster's side: the kubectl binary, the client that watches, and what is said of objects."""
