"""What a site says on page after page: counted over a dump, kept in a folder, found again in a text.

Three steps, each a pure function of its input, so that a dump may be learned in any order, split among any
number of workers, and joined:

    count.tally(documents) -> pyarrow.Table     what a part of a dump says; `count.write_part` puts it on disk
    learn.join(parts, folder)                   parts to a folder: blocks.parquet, manifest.json, review.toml, index
    detect.Repeats(folder)                      the detector, `Document -> Iterable[Span]`

The folder is all that passes between them. Nothing heavy is imported before it is needed: `detect` does with
the standard library and xxhash, `count` needs pyarrow and `join` DuckDB only when they are called.
"""
