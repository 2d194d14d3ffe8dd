"""The rule packs that come with the package, one TOML file a language."""
