"""What a person may ask for of their own data, and what was done about it (docs/spec/rights.md)."""
