"""Whole pages as plain text, as crawls keep them (WET files): menus and teasers around a story, and no tags."""
