-- What exits say of their place beside what counts, and why an exit takes no request.

ALTER TABLE fairlead.raw_exit_connected ADD COLUMN IF NOT EXISTS declared_country LowCardinality(String) DEFAULT '' CODEC(ZSTD(1));

ALTER TABLE fairlead.raw_exit_connected ADD COLUMN IF NOT EXISTS declared_region LowCardinality(String) DEFAULT '' CODEC(ZSTD(1));

ALTER TABLE fairlead.raw_exit_connected ADD COLUMN IF NOT EXISTS declared_city LowCardinality(String) DEFAULT '' CODEC(ZSTD(1));

ALTER TABLE fairlead.raw_exit_connected ADD COLUMN IF NOT EXISTS declared_asn Int64 DEFAULT 0 CODEC(T64, ZSTD(1));

ALTER TABLE fairlead.raw_exit_heartbeats ADD COLUMN IF NOT EXISTS objection String DEFAULT '' CODEC(ZSTD(1));

-- Links of exits that declared another place than that of their address. What was not declared is no lie.
CREATE VIEW IF NOT EXISTS fairlead.location_mismatches AS
SELECT
    at,
    edge_id,
    exit_id,
    observed_prefix,
    declared_country,
    country,
    declared_region,
    region,
    declared_city,
    city,
    declared_asn,
    asn
FROM fairlead.raw_exit_connected
WHERE (declared_country != '' AND declared_country != country)
    OR (declared_country = country AND declared_region != '' AND declared_region != region)
    OR (declared_country = country AND declared_region = region AND declared_city != '' AND declared_city != city)
    OR (declared_asn != 0 AND declared_asn != asn);
