"""What one room promises the next: manifests, settings, faults, and how a step reports itself."""
