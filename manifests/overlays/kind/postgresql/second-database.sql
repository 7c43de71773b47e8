-- the image makes the first one, mlflow, itself
CREATE DATABASE mlflow_auth;
