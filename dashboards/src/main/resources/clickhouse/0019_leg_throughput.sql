-- How fast ways from relay servers to relay clients can go, and how much of that is in use.

ALTER TABLE fairlead.raw_leg_reports ADD COLUMN IF NOT EXISTS delivery_bps Int64 DEFAULT -1 CODEC(T64, ZSTD(1));
ALTER TABLE fairlead.raw_leg_reports ADD COLUMN IF NOT EXISTS delivery_bound Bool DEFAULT false CODEC(ZSTD(1));
ALTER TABLE fairlead.raw_leg_reports ADD COLUMN IF NOT EXISTS carried_bps Int64 DEFAULT -1 CODEC(T64, ZSTD(1));

ALTER TABLE fairlead.relay_plans ADD COLUMN IF NOT EXISTS parent_busy_share Array(Float64) DEFAULT arrayMap(each -> -1., parent_id) CODEC(ZSTD(1));
