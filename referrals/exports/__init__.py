"""One referral as a file for another system: plain text, PDF, a row of CSV, JSON, and a FHIR R4 bundle."""
