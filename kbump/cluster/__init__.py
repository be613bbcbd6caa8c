"""The cluster's side: the kubectl binary."""
