"""What every room stands on: settings, clock, database, encryption, phone numbers and local data files. Imports no other room."""
