-- What boards and console show over days and weeks, in rows few enough to be read in a moment: requests of all tenants and starts at all edges in one row a minute, hours of what
-- was known by minutes only, jobs and forecasts by minutes. What is there already is rolled up, too, but for the minute or hour in which this is applied, which begins then.
-- A bucket that is there is left alone, so that this may be carried out again; not by two at once where there is history, which would count twice here.

CREATE TABLE IF NOT EXISTS fairlead.traffic_1m
(
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    tries SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    first_byte_us AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.traffic_1h AS fairlead.traffic_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.traffic_1m_view TO fairlead.traffic_1m AS
SELECT
    toStartOfMinute(raw.at) AS bucket,
    count() AS requests,
    countIf(raw.outcome != 'OK' AND raw.layer != 'CLIENT') AS failures,
    sum(length(raw.exit_ids)) AS tries,
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(raw.first_byte_us, raw.outcome = 'OK') AS first_byte_us
FROM fairlead.raw_requests AS raw
GROUP BY bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.traffic_1h_view TO fairlead.traffic_1h AS
SELECT
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.requests) AS requests,
    sum(minutes.failures) AS failures,
    sum(minutes.tries) AS tries,
    quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(minutes.first_byte_us) AS first_byte_us
FROM fairlead.traffic_1m AS minutes
GROUP BY bucket;

CREATE TABLE IF NOT EXISTS fairlead.starts_1m
(
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    started SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    first_key_us AggregateFunction(quantilesTDigestIf(0.5, 0.9, 0.95, 0.99), Int64, UInt8) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.starts_1h AS fairlead.starts_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.starts_1m_view TO fairlead.starts_1m AS
SELECT
    toStartOfMinute(raw.at) AS bucket,
    countIf(raw.first_key_us >= 0) AS started,
    quantilesTDigestIfState(0.5, 0.9, 0.95, 0.99)(raw.first_key_us, raw.first_key_us >= 0) AS first_key_us
FROM fairlead.raw_viewer_reports AS raw
GROUP BY bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.starts_1h_view TO fairlead.starts_1h AS
SELECT
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.started) AS started,
    quantilesTDigestIfMergeState(0.5, 0.9, 0.95, 0.99)(minutes.first_key_us) AS first_key_us
FROM fairlead.starts_1m AS minutes
GROUP BY bucket;

CREATE TABLE IF NOT EXISTS fairlead.viewers_1h AS fairlead.viewers_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (edge_id, bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.viewers_1h_view TO fairlead.viewers_1h AS
SELECT
    minutes.edge_id AS edge_id,
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.reports) AS reports,
    sum(minutes.bytes) AS bytes,
    sum(minutes.started) AS started,
    sum(minutes.watched_ms) AS watched_ms,
    sum(minutes.stalled_ms) AS stalled_ms,
    sum(minutes.paused_ms) AS paused_ms,
    sum(minutes.splice_gap_ms) AS splice_gap_ms,
    sum(minutes.skips) AS skips,
    quantilesTDigestIfMergeState(0.5, 0.9, 0.95, 0.99)(minutes.first_key_us) AS first_key_us
FROM fairlead.viewers_1m AS minutes
GROUP BY edge_id, bucket;

CREATE TABLE IF NOT EXISTS fairlead.legs_1h AS fairlead.legs_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (relay_client_id, bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.legs_1h_view TO fairlead.legs_1h AS
SELECT
    minutes.relay_client_id AS relay_client_id,
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.reports) AS reports,
    sum(minutes.link_bytes) AS link_bytes,
    sum(minutes.viewer_bytes) AS viewer_bytes,
    sum(minutes.promotions) AS promotions,
    sum(minutes.silences) AS silences,
    sum(minutes.lost) AS lost,
    max(minutes.rtt_us_max) AS rtt_us_max
FROM fairlead.legs_1m AS minutes
GROUP BY relay_client_id, bucket;

CREATE TABLE IF NOT EXISTS fairlead.edges_1h AS fairlead.edges_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (kind, edge_id, bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.edges_1h_view TO fairlead.edges_1h AS
SELECT
    minutes.kind AS kind,
    minutes.edge_id AS edge_id,
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.reports) AS reports,
    sum(minutes.local_scoring) AS local_scoring,
    max(minutes.in_flight_requests_max) AS in_flight_requests_max,
    max(minutes.open_connections_max) AS open_connections_max,
    max(minutes.exit_links_max) AS exit_links_max,
    max(minutes.heap_used_bytes_max) AS heap_used_bytes_max,
    max(minutes.direct_memory_bytes_max) AS direct_memory_bytes_max,
    max(minutes.cpu_load_max) AS cpu_load_max,
    max(minutes.lost_records_max) AS lost_records_max,
    max(minutes.spooled_bytes_max) AS spooled_bytes_max,
    min(minutes.exits_online_min) AS exits_online_min
FROM fairlead.edges_1m AS minutes
GROUP BY kind, edge_id, bucket;

CREATE TABLE IF NOT EXISTS fairlead.decisions_1h AS fairlead.decisions_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (pool_type, state, trigger, bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.decisions_1h_view TO fairlead.decisions_1h AS
SELECT
    minutes.pool_type AS pool_type,
    minutes.state AS state,
    minutes.trigger AS trigger,
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.decisions) AS decisions,
    sum(minutes.quality_sum) AS quality_sum,
    sum(minutes.low_confidence) AS low_confidence,
    quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(minutes.decided_ms) AS decided_ms
FROM fairlead.decisions_1m AS minutes
GROUP BY pool_type, state, trigger, bucket;

CREATE TABLE IF NOT EXISTS fairlead.loops_1h AS fairlead.loops_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (topic, bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.loops_1h_view TO fairlead.loops_1h AS
SELECT
    minutes.topic AS topic,
    toStartOfHour(minutes.bucket) AS bucket,
    max(minutes.p50_ms_max) AS p50_ms_max,
    max(minutes.p99_ms_max) AS p99_ms_max,
    max(minutes.max_ms) AS max_ms
FROM fairlead.loops_1m AS minutes
GROUP BY topic, bucket;

CREATE TABLE IF NOT EXISTS fairlead.verdicts_1h AS fairlead.verdicts_1m
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (verdict, bucket)
TTL bucket + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.verdicts_1h_view TO fairlead.verdicts_1h AS
SELECT
    minutes.verdict AS verdict,
    toStartOfHour(minutes.bucket) AS bucket,
    sum(minutes.verdicts) AS verdicts,
    sum(minutes.questions) AS questions
FROM fairlead.verdicts_1m AS minutes
GROUP BY verdict, bucket;

CREATE TABLE IF NOT EXISTS fairlead.heartbeats_1m
(
    job LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    beats SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    behind_ms_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (job, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.heartbeats_1m_view TO fairlead.heartbeats_1m AS
SELECT
    told.job AS job,
    toStartOfMinute(toDateTime(told.at)) AS bucket,
    count() AS beats,
    min(told.at) AS first_at,
    max(told.at) AS last_at,
    max(if(told.watermark_ms > 0, toUnixTimestamp64Milli(told.issued_at) - told.watermark_ms, 0)) AS behind_ms_max
FROM fairlead.job_heartbeats AS told
GROUP BY job, bucket;

-- What is told twice after a restart of the job counts twice here, in both sums alike.
CREATE TABLE IF NOT EXISTS fairlead.forecast_losses_10m
(
    pool LowCardinality(String),
    measure LowCardinality(String),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    forecasts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    pinball SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    naive_pinball SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (pool, measure, bucket)
TTL bucket + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.forecast_losses_10m_view TO fairlead.forecast_losses_10m AS
SELECT
    told.pool AS pool,
    told.measure AS measure,
    toStartOfTenMinutes(toDateTime(told.at)) AS bucket,
    countIf(told.naive_pinball >= 0) AS forecasts,
    sumIf(told.pinball, told.naive_pinball >= 0) AS pinball,
    sumIf(told.naive_pinball, told.naive_pinball >= 0) AS naive_pinball
FROM fairlead.forecast_scores AS told
GROUP BY pool, measure, bucket;

-- What is there already. Hours of starts and traffic follow from their minutes by the views above.
INSERT INTO fairlead.viewers_1h (edge_id, bucket, reports, bytes, started, watched_ms, stalled_ms, paused_ms, splice_gap_ms, skips, first_key_us)
SELECT * FROM
(
    SELECT
        former.edge_id AS edge_id,
        toStartOfHour(former.bucket) AS bucket,
        sum(former.reports) AS reports,
        sum(former.bytes) AS bytes,
        sum(former.started) AS started,
        sum(former.watched_ms) AS watched_ms,
        sum(former.stalled_ms) AS stalled_ms,
        sum(former.paused_ms) AS paused_ms,
        sum(former.splice_gap_ms) AS splice_gap_ms,
        sum(former.skips) AS skips,
        quantilesTDigestIfMergeState(0.5, 0.9, 0.95, 0.99)(former.first_key_us) AS first_key_us
    FROM fairlead.viewers_1m AS former
    GROUP BY edge_id, bucket
)
WHERE bucket < toStartOfHour(now()) AND (edge_id, bucket) NOT IN (SELECT edge_id, bucket FROM fairlead.viewers_1h);

INSERT INTO fairlead.legs_1h (relay_client_id, bucket, reports, link_bytes, viewer_bytes, promotions, silences, lost, rtt_us_max)
SELECT * FROM
(
    SELECT
        former.relay_client_id AS relay_client_id,
        toStartOfHour(former.bucket) AS bucket,
        sum(former.reports) AS reports,
        sum(former.link_bytes) AS link_bytes,
        sum(former.viewer_bytes) AS viewer_bytes,
        sum(former.promotions) AS promotions,
        sum(former.silences) AS silences,
        sum(former.lost) AS lost,
        max(former.rtt_us_max) AS rtt_us_max
    FROM fairlead.legs_1m AS former
    GROUP BY relay_client_id, bucket
)
WHERE bucket < toStartOfHour(now()) AND (relay_client_id, bucket) NOT IN (SELECT relay_client_id, bucket FROM fairlead.legs_1h);

INSERT INTO fairlead.edges_1h (kind, edge_id, bucket, reports, local_scoring, in_flight_requests_max, open_connections_max, exit_links_max, heap_used_bytes_max, direct_memory_bytes_max, cpu_load_max, lost_records_max, spooled_bytes_max, exits_online_min)
SELECT * FROM
(
    SELECT
        former.kind AS kind,
        former.edge_id AS edge_id,
        toStartOfHour(former.bucket) AS bucket,
        sum(former.reports) AS reports,
        sum(former.local_scoring) AS local_scoring,
        max(former.in_flight_requests_max) AS in_flight_requests_max,
        max(former.open_connections_max) AS open_connections_max,
        max(former.exit_links_max) AS exit_links_max,
        max(former.heap_used_bytes_max) AS heap_used_bytes_max,
        max(former.direct_memory_bytes_max) AS direct_memory_bytes_max,
        max(former.cpu_load_max) AS cpu_load_max,
        max(former.lost_records_max) AS lost_records_max,
        max(former.spooled_bytes_max) AS spooled_bytes_max,
        min(former.exits_online_min) AS exits_online_min
    FROM fairlead.edges_1m AS former
    GROUP BY kind, edge_id, bucket
)
WHERE bucket < toStartOfHour(now()) AND (kind, edge_id, bucket) NOT IN (SELECT kind, edge_id, bucket FROM fairlead.edges_1h);

INSERT INTO fairlead.decisions_1h (pool_type, state, trigger, bucket, decisions, quality_sum, low_confidence, decided_ms)
SELECT * FROM
(
    SELECT
        former.pool_type AS pool_type,
        former.state AS state,
        former.trigger AS trigger,
        toStartOfHour(former.bucket) AS bucket,
        sum(former.decisions) AS decisions,
        sum(former.quality_sum) AS quality_sum,
        sum(former.low_confidence) AS low_confidence,
        quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(former.decided_ms) AS decided_ms
    FROM fairlead.decisions_1m AS former
    GROUP BY pool_type, state, trigger, bucket
)
WHERE bucket < toStartOfHour(now()) AND (pool_type, state, trigger, bucket) NOT IN (SELECT pool_type, state, trigger, bucket FROM fairlead.decisions_1h);

INSERT INTO fairlead.loops_1h (topic, bucket, p50_ms_max, p99_ms_max, max_ms)
SELECT * FROM
(
    SELECT
        former.topic AS topic,
        toStartOfHour(former.bucket) AS bucket,
        max(former.p50_ms_max) AS p50_ms_max,
        max(former.p99_ms_max) AS p99_ms_max,
        max(former.max_ms) AS max_ms
    FROM fairlead.loops_1m AS former
    GROUP BY topic, bucket
)
WHERE bucket < toStartOfHour(now()) AND (topic, bucket) NOT IN (SELECT topic, bucket FROM fairlead.loops_1h);

INSERT INTO fairlead.verdicts_1h (verdict, bucket, verdicts, questions)
SELECT * FROM
(
    SELECT
        former.verdict AS verdict,
        toStartOfHour(former.bucket) AS bucket,
        sum(former.verdicts) AS verdicts,
        sum(former.questions) AS questions
    FROM fairlead.verdicts_1m AS former
    GROUP BY verdict, bucket
)
WHERE bucket < toStartOfHour(now()) AND (verdict, bucket) NOT IN (SELECT verdict, bucket FROM fairlead.verdicts_1h);

INSERT INTO fairlead.heartbeats_1m (job, bucket, beats, first_at, last_at, behind_ms_max)
SELECT * FROM
(
    SELECT
        former.job AS job,
        toStartOfMinute(toDateTime(former.at)) AS bucket,
        count() AS beats,
        min(former.at) AS first_at,
        max(former.at) AS last_at,
        max(if(former.watermark_ms > 0, toUnixTimestamp64Milli(former.issued_at) - former.watermark_ms, 0)) AS behind_ms_max
    FROM fairlead.job_heartbeats AS former
    GROUP BY job, bucket
)
WHERE bucket < toStartOfMinute(now()) AND (job, bucket) NOT IN (SELECT job, bucket FROM fairlead.heartbeats_1m);

INSERT INTO fairlead.forecast_losses_10m (pool, measure, bucket, forecasts, pinball, naive_pinball)
SELECT * FROM
(
    SELECT
        former.pool AS pool,
        former.measure AS measure,
        toStartOfTenMinutes(toDateTime(former.at)) AS bucket,
        countIf(former.naive_pinball >= 0) AS forecasts,
        sumIf(former.pinball, former.naive_pinball >= 0) AS pinball,
        sumIf(former.naive_pinball, former.naive_pinball >= 0) AS naive_pinball
    FROM fairlead.forecast_scores AS former
    GROUP BY pool, measure, bucket
)
WHERE bucket < toStartOfTenMinutes(now()) AND (pool, measure, bucket) NOT IN (SELECT pool, measure, bucket FROM fairlead.forecast_losses_10m);

INSERT INTO fairlead.starts_1m (bucket, started, first_key_us)
SELECT * FROM
(
    SELECT
        former.bucket AS bucket,
        sum(former.started) AS started,
        quantilesTDigestIfMergeState(0.5, 0.9, 0.95, 0.99)(former.first_key_us) AS first_key_us
    FROM fairlead.viewers_1m AS former
    GROUP BY bucket
)
WHERE bucket < toStartOfMinute(now()) AND bucket NOT IN (SELECT bucket FROM fairlead.starts_1m);

INSERT INTO fairlead.traffic_1m (bucket, requests, failures, tries, first_byte_us)
SELECT * FROM
(
    SELECT
        former.bucket AS bucket,
        sum(former.requests) AS requests,
        sum(former.failures) AS failures,
        sum(former.tries) AS tries,
        quantilesTDigestMergeStateIf(0.5, 0.9, 0.95, 0.99)(former.first_byte_us, former.outcome = 'OK') AS first_byte_us
    FROM fairlead.requests_1m AS former
    GROUP BY bucket
)
WHERE bucket < toStartOfMinute(now()) AND bucket NOT IN (SELECT bucket FROM fairlead.traffic_1m);
