"""The run's report: everything that the steps before it found, on one page."""
