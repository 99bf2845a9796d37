-- Which delivery group an edge serves viewers of, and how much it sends them.

ALTER TABLE fairlead.raw_edge_reports ADD COLUMN IF NOT EXISTS group_id LowCardinality(String) DEFAULT '' CODEC(ZSTD(1));

ALTER TABLE fairlead.raw_edge_reports ADD COLUMN IF NOT EXISTS delivered_bits_per_second Float64 DEFAULT -1 CODEC(Gorilla, ZSTD(1));
