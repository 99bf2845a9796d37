-- For which domains exits are which pool's alone, as each assignment says.

ALTER TABLE fairlead.pool_assignments ADD COLUMN IF NOT EXISTS exclusive_domain Array(String) CODEC(ZSTD(1));
ALTER TABLE fairlead.pool_assignments ADD COLUMN IF NOT EXISTS exclusive_pool Array(LowCardinality(String)) DEFAULT arrayMap(each -> '', exclusive_domain) CODEC(ZSTD(1));
ALTER TABLE fairlead.pool_assignments ADD COLUMN IF NOT EXISTS exclusive_until_ms Array(Int64) DEFAULT arrayMap(each -> 0, exclusive_domain) CODEC(ZSTD(1));
ALTER TABLE fairlead.pool_assignments ADD COLUMN IF NOT EXISTS exclusive_kind Array(LowCardinality(String)) DEFAULT arrayMap(each -> '', exclusive_domain) CODEC(ZSTD(1));
