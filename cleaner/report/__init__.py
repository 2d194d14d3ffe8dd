"""What a cleaned dump looks like: counted over all of it, shown in one page that needs no network."""
