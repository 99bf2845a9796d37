-- Live rooms and resolvers by minute, for boards over weeks: viewers are too many to be read one by one.

CREATE TABLE IF NOT EXISTS fairlead.viewers_1m
(
    edge_id LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    reports SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    started SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    watched_ms SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    stalled_ms SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    paused_ms SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    splice_gap_ms SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    skips SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    first_key_us AggregateFunction(quantilesTDigestIf(0.5, 0.9, 0.95, 0.99), Int64, UInt8) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (edge_id, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.viewers_1m_view TO fairlead.viewers_1m AS
SELECT
    edge_id,
    toStartOfMinute(raw.at) AS bucket,
    count() AS reports,
    sum(raw.bytes) AS bytes,
    countIf(raw.first_key_us >= 0) AS started,
    sum(raw.interval_ms) AS watched_ms,
    sum(raw.stalled_ms) AS stalled_ms,
    sum(raw.paused_ms) AS paused_ms,
    sum(raw.splice_gap_ms) AS splice_gap_ms,
    sum(raw.skips) AS skips,
    quantilesTDigestIfState(0.5, 0.9, 0.95, 0.99)(raw.first_key_us, raw.first_key_us >= 0) AS first_key_us
FROM fairlead.raw_viewer_reports AS raw
GROUP BY edge_id, bucket;

-- As the relay server's end tells it, but for what reaches viewers, which the other end knows.
CREATE TABLE IF NOT EXISTS fairlead.legs_1m
(
    relay_client_id LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    reports SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    link_bytes SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    viewer_bytes SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    promotions SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    silences SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    lost SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    rtt_us_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (relay_client_id, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.legs_1m_view TO fairlead.legs_1m AS
SELECT
    relay_client_id,
    toStartOfMinute(raw.at) AS bucket,
    count() AS reports,
    sumIf(raw.link_bytes, raw.leg_end = 'RELAY_SERVER') AS link_bytes,
    sumIf(raw.viewer_bytes, raw.leg_end = 'RELAY_CLIENT') AS viewer_bytes,
    sumIf(raw.promotions, raw.leg_end = 'RELAY_SERVER') AS promotions,
    sumIf(raw.silences, raw.leg_end = 'RELAY_SERVER') AS silences,
    sumIf(raw.lost, raw.leg_end = 'RELAY_SERVER') AS lost,
    max(raw.rtt_us) AS rtt_us_max
FROM fairlead.raw_leg_reports AS raw
GROUP BY relay_client_id, bucket;

CREATE TABLE IF NOT EXISTS fairlead.verdicts_1m
(
    verdict LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    verdicts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    questions SimpleAggregateFunction(sum, Float64) CODEC(Gorilla, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (verdict, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.verdicts_1m_view TO fairlead.verdicts_1m AS
SELECT
    verdict,
    toStartOfMinute(raw.at) AS bucket,
    count() AS verdicts,
    sum(raw.questions) AS questions
FROM fairlead.resolver_popularity AS raw
GROUP BY verdict, bucket;
