"""Kubeflow Pipelines: what is submitted, scheduled and watched there."""
