-- Which relay servers relay clients take rooms from, why, and how they are linked to them.

ALTER TABLE fairlead.raw_edge_reports ADD COLUMN IF NOT EXISTS link_address LowCardinality(String) DEFAULT '' CODEC(ZSTD(1));

ALTER TABLE fairlead.raw_leg_reports ADD COLUMN IF NOT EXISTS published Bool DEFAULT false CODEC(ZSTD(1));

CREATE TABLE IF NOT EXISTS fairlead.raw_link_reports
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    relay_client_id LowCardinality(String) CODEC(ZSTD(1)),
    relay_server_id LowCardinality(String) CODEC(ZSTD(1)),
    address LowCardinality(String) CODEC(ZSTD(1)),
    interval_ms Int64 CODEC(T64, ZSTD(1)),
    place Int32 CODEC(T64, ZSTD(1)),
    links Int32 CODEC(T64, ZSTD(1)),
    lost Int32 CODEC(T64, ZSTD(1)),
    rooms Int32 CODEC(T64, ZSTD(1)),
    rtt_us Int64 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (relay_client_id, relay_server_id, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_link_reports TO fairlead.sequences AS
SELECT
    topic,
    edge_id,
    edge_epoch_ms,
    topic_partition,
    toStartOfHour(at) AS bucket,
    count() AS stored,
    max(sequence) AS sequence_max,
    min(at) AS first_at,
    max(at) AS last_at,
    groupBitmapState(toUInt64(greatest(sequence, 0))) AS sequences
FROM fairlead.raw_link_reports
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE TABLE IF NOT EXISTS fairlead.relay_plans
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    relay_client_id LowCardinality(String) CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    parent_id Array(LowCardinality(String)) CODEC(ZSTD(1)),
    parent_address Array(String) CODEC(ZSTD(1)),
    parent_quality Array(Float64) CODEC(ZSTD(1)),
    parent_rtt_ms Array(Float64) CODEC(ZSTD(1)),
    parent_still_share Array(Float64) CODEC(ZSTD(1)),
    parent_resent_share Array(Float64) CODEC(ZSTD(1)),
    parent_lost_per_hour Array(Float64) CODEC(ZSTD(1)),
    room Array(String) CODEC(ZSTD(1)),
    room_parent_id Array(LowCardinality(String)) CODEC(ZSTD(1)),
    room_viewers Array(Int32) CODEC(ZSTD(1)),
    first_since DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    reason String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (relay_client_id, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;
