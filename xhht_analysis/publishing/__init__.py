"""What people see: figures, documents, the site, and every word made by code."""
