"""Rules are data with their own proof: what one is, how packs are read, matched and proved."""
