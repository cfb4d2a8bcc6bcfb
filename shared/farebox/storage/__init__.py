"""The only code that talks to DynamoDB: every key, every condition, every read and write."""
