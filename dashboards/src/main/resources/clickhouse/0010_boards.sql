-- What boards show of the whole, by minute, so that a month is read in a moment: decisions, edges, and how late decisions take effect.

CREATE TABLE IF NOT EXISTS fairlead.decisions_1m
(
    pool_type LowCardinality(String),
    state LowCardinality(String),
    trigger LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    decisions SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    quality_sum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    low_confidence SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    decided_ms AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (pool_type, state, trigger, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.decisions_1m_view TO fairlead.decisions_1m AS
SELECT
    pool_type,
    state,
    trigger,
    toStartOfMinute(toDateTime(told.at)) AS bucket,
    count() AS decisions,
    sum(told.quality) AS quality_sum,
    countIf(told.low_confidence) AS low_confidence,
    quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(greatest(toUnixTimestamp64Milli(told.issued_at) - toUnixTimestamp64Milli(told.trigger_observed_at), 0)) AS decided_ms
FROM fairlead.exit_scores AS told
GROUP BY pool_type, state, trigger, bucket;

CREATE TABLE IF NOT EXISTS fairlead.edges_1m
(
    edge_id LowCardinality(String),
    kind LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    reports SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    in_flight_requests_max SimpleAggregateFunction(max, Int32) CODEC(T64, ZSTD(1)),
    open_connections_max SimpleAggregateFunction(max, Int32) CODEC(T64, ZSTD(1)),
    exit_links_max SimpleAggregateFunction(max, Int32) CODEC(T64, ZSTD(1)),
    exits_online_min SimpleAggregateFunction(min, Int32) CODEC(T64, ZSTD(1)),
    local_scoring SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    heap_used_bytes_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    direct_memory_bytes_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    cpu_load_max SimpleAggregateFunction(max, Float64) CODEC(ZSTD(1)),
    lost_records_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    spooled_bytes_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (kind, edge_id, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.edges_1m_view TO fairlead.edges_1m AS
SELECT
    edge_id,
    kind,
    toStartOfMinute(toDateTime(told.at)) AS bucket,
    count() AS reports,
    max(told.in_flight_requests) AS in_flight_requests_max,
    max(told.open_connections) AS open_connections_max,
    max(told.exit_links) AS exit_links_max,
    min(told.exits_online) AS exits_online_min,
    countIf(told.local_scoring) AS local_scoring,
    max(told.heap_used_bytes) AS heap_used_bytes_max,
    max(told.direct_memory_bytes) AS direct_memory_bytes_max,
    max(told.process_cpu_load) AS cpu_load_max,
    max(toInt64(arraySum(told.published_lost))) AS lost_records_max,
    max(toInt64(arraySum(told.published_spooled_bytes))) AS spooled_bytes_max
FROM fairlead.raw_edge_reports AS told
GROUP BY edge_id, kind, bucket;

CREATE TABLE IF NOT EXISTS fairlead.loops_1m
(
    topic LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    p50_ms_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    p99_ms_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    max_ms SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (topic, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.loops_1m_view TO fairlead.loops_1m AS
SELECT
    loop.1 AS topic,
    toStartOfMinute(toDateTime(told.at)) AS bucket,
    max(loop.2) AS p50_ms_max,
    max(loop.3) AS p99_ms_max,
    max(loop.4) AS max_ms
FROM fairlead.raw_edge_reports AS told
ARRAY JOIN arrayZip(told.applied_topic, told.loop_p50_ms, told.loop_p99_ms, told.loop_max_ms, told.applied_decisions) AS loop
WHERE loop.5 > 0
GROUP BY topic, bucket;
