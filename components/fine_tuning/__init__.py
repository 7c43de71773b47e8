"""Fine-tuning: trains a pretrained model on a validated data set, and survives being killed."""
