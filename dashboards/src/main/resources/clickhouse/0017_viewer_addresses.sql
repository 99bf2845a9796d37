-- Where viewers can watch rooms at relay clients.

ALTER TABLE fairlead.raw_edge_reports ADD COLUMN IF NOT EXISTS viewer_address LowCardinality(String) DEFAULT '' CODEC(ZSTD(1));
