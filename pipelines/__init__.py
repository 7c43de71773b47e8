"""The graphs, and the `bessemer` command that runs them here or compiles them for Kubeflow."""
