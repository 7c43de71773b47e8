"""Raw rows from a file, a folder, S3, a DVC repository or a package become the data set contract."""
