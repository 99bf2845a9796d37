-- Roll-ups, filled by incremental views as rows come in. A minute is rolled up from raw rows, an hour from minutes.
-- Read them with sum(), max() and -Merge: rows of one key are joined in the background, later.

CREATE TABLE IF NOT EXISTS fairlead.requests_1s
(
    tenant LowCardinality(String),
    pool LowCardinality(String),
    outcome LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    tries SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_up SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    bytes_down SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    total_us_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    total_us AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64) CODEC(ZSTD(1)),
    first_byte_us AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (tenant, pool, outcome, bucket)
TTL bucket + INTERVAL 2 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.requests_1m AS fairlead.requests_1s
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (tenant, pool, outcome, bucket)
TTL bucket + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.requests_1h AS fairlead.requests_1s
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (tenant, pool, outcome, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.requests_1s_view TO fairlead.requests_1s AS
SELECT
    tenant,
    pool,
    outcome,
    toDateTime(raw.at) AS bucket,
    count() AS requests,
    countIf(raw.outcome != 'OK' AND raw.layer != 'CLIENT') AS failures,
    sum(length(raw.exit_ids)) AS tries,
    sum(raw.bytes_up) AS bytes_up,
    sum(raw.bytes_down) AS bytes_down,
    max(raw.total_us) AS total_us_max,
    quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(raw.total_us) AS total_us,
    quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(raw.first_byte_us) AS first_byte_us
FROM fairlead.raw_requests AS raw
GROUP BY tenant, pool, outcome, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.requests_1m_view TO fairlead.requests_1m AS
SELECT
    tenant,
    pool,
    outcome,
    toStartOfMinute(raw.at) AS bucket,
    count() AS requests,
    countIf(raw.outcome != 'OK' AND raw.layer != 'CLIENT') AS failures,
    sum(length(raw.exit_ids)) AS tries,
    sum(raw.bytes_up) AS bytes_up,
    sum(raw.bytes_down) AS bytes_down,
    max(raw.total_us) AS total_us_max,
    quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(raw.total_us) AS total_us,
    quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(raw.first_byte_us) AS first_byte_us
FROM fairlead.raw_requests AS raw
GROUP BY tenant, pool, outcome, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.requests_1h_view TO fairlead.requests_1h AS
SELECT
    tenant,
    pool,
    outcome,
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.requests) AS requests,
    sum(minutes.failures) AS failures,
    sum(minutes.tries) AS tries,
    sum(minutes.bytes_up) AS bytes_up,
    sum(minutes.bytes_down) AS bytes_down,
    max(minutes.total_us_max) AS total_us_max,
    quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(minutes.total_us) AS total_us,
    quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(minutes.first_byte_us) AS first_byte_us
FROM fairlead.requests_1m AS minutes
GROUP BY tenant, pool, outcome, bucket;

-- Attempts by exit. There is no roll-up by second: with one attempt a second and exit it would be larger than the raw rows.
CREATE TABLE IF NOT EXISTS fairlead.attempts_1m
(
    exit_id String CODEC(ZSTD(1)),
    pool LowCardinality(String),
    target_class LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    successes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    exit_failures SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    capacity_failures SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    blocks SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    explorations SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_up SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    bytes_down SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    running_requests_max SimpleAggregateFunction(max, Int32) CODEC(T64, ZSTD(1)),
    connect_us AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64) CODEC(ZSTD(1)),
    total_us AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (exit_id, pool, target_class, bucket)
TTL bucket + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.attempts_1h AS fairlead.attempts_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (exit_id, pool, target_class, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.attempts_1m_view TO fairlead.attempts_1m AS
SELECT
    exit_id,
    pool,
    target_class,
    toStartOfMinute(raw.at) AS bucket,
    count() AS attempts,
    countIf(raw.outcome = 'OK') AS successes,
    countIf(raw.layer = 'EXIT') AS exit_failures,
    countIf(raw.layer = 'CAPACITY') AS capacity_failures,
    countIf(raw.outcome = 'BLOCKED') AS blocks,
    countIf(raw.exploration) AS explorations,
    sum(raw.bytes_up) AS bytes_up,
    sum(raw.bytes_down) AS bytes_down,
    max(raw.running_at_reservation_requests) AS running_requests_max,
    quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(raw.connect_us) AS connect_us,
    quantilesTDigestState(0.5, 0.9, 0.95, 0.99)(raw.total_us) AS total_us
FROM fairlead.raw_attempts AS raw
WHERE phase = 'COMPLETED'
GROUP BY exit_id, pool, target_class, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.attempts_1h_view TO fairlead.attempts_1h AS
SELECT
    exit_id,
    pool,
    target_class,
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.attempts) AS attempts,
    sum(minutes.successes) AS successes,
    sum(minutes.exit_failures) AS exit_failures,
    sum(minutes.capacity_failures) AS capacity_failures,
    sum(minutes.blocks) AS blocks,
    sum(minutes.explorations) AS explorations,
    sum(minutes.bytes_up) AS bytes_up,
    sum(minutes.bytes_down) AS bytes_down,
    max(minutes.running_requests_max) AS running_requests_max,
    quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(minutes.connect_us) AS connect_us,
    quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(minutes.total_us) AS total_us
FROM fairlead.attempts_1m AS minutes
GROUP BY exit_id, pool, target_class, bucket;
