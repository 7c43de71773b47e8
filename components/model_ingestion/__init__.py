"""Model ingestion: finds a pretrained model wherever it lies, checks it, and brings it here."""
