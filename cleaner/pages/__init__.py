"""Pages: HTML to a document, and detectors that know what its markup says."""
