"""The commands of `bessemer` about the registry: who reigns, who did, and who has the last word."""
