-- What agents count of the bytes they carry, what customers tell of answers, and the usage of tenants by day.

ALTER TABLE fairlead.raw_attempts ADD COLUMN IF NOT EXISTS agent_bytes_up Int64 DEFAULT -1 CODEC(T64, ZSTD(1));

ALTER TABLE fairlead.raw_attempts ADD COLUMN IF NOT EXISTS agent_bytes_down Int64 DEFAULT -1 CODEC(T64, ZSTD(1));

CREATE TABLE IF NOT EXISTS fairlead.raw_outcomes
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    pool LowCardinality(String) CODEC(ZSTD(1)),
    session String CODEC(ZSTD(1)),
    target_class LowCardinality(String) CODEC(ZSTD(1)),
    target_host String CODEC(ZSTD(1)),
    verdict LowCardinality(String) CODEC(ZSTD(1)),
    status Int32 CODEC(T64, ZSTD(1)),
    after_ms Int64 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (exit_id, target_class, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_outcomes TO fairlead.sequences AS
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
FROM fairlead.raw_outcomes
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

-- Usage of a tenant by day (UTC): of requests when they end, of tunnels when their agents have told. `settled_` are the bytes
-- of those tunnels as this edge counted them, `agent_` as the agents did: the two to be compared.
CREATE TABLE IF NOT EXISTS fairlead.usage_1d
(
    tenant LowCardinality(String),
    day Date CODEC(DoubleDelta, ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    successes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_up SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    bytes_down SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    settled_tunnels SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    settled_bytes_up SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    settled_bytes_down SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    agent_bytes_up SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1)),
    agent_bytes_down SimpleAggregateFunction(sum, Int64) CODEC(T64, ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (tenant, day)
TTL day + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.usage_of_requests TO fairlead.usage_1d AS
SELECT
    tenant,
    toDate(raw.at) AS day,
    count() AS requests,
    countIf(raw.outcome = 'OK') AS successes,
    countIf(raw.outcome != 'OK' AND raw.layer != 'CLIENT') AS failures,
    sum(raw.bytes_up) AS bytes_up,
    sum(raw.bytes_down) AS bytes_down
FROM fairlead.raw_requests AS raw
GROUP BY tenant, day;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.usage_of_tunnels TO fairlead.usage_1d AS
SELECT
    tenant,
    toDate(raw.at) AS day,
    count() AS settled_tunnels,
    sum(raw.bytes_up) AS settled_bytes_up,
    sum(raw.bytes_down) AS settled_bytes_down,
    sum(raw.agent_bytes_up) AS agent_bytes_up,
    sum(raw.agent_bytes_down) AS agent_bytes_down
FROM fairlead.raw_attempts AS raw
WHERE phase = 'SETTLED'
GROUP BY tenant, day;

-- Tunnels whose two ends differ by more than a hundredth. One that ended cleanly was counted alike by both, or one of them is wrong; of
-- others up to 16 MiB, the widest window of a stream, may have been on their way.
CREATE VIEW IF NOT EXISTS fairlead.usage_mismatches AS
SELECT
    at,
    edge_id,
    tenant,
    exit_id,
    request_id,
    CAST(outcome AS String) = 'OK' AS clean,
    bytes_up,
    agent_bytes_up,
    bytes_down,
    agent_bytes_down,
    greatest(
        abs(bytes_up - agent_bytes_up) / greatest(bytes_up, agent_bytes_up, 1),
        abs(bytes_down - agent_bytes_down) / greatest(bytes_down, agent_bytes_down, 1)
    ) AS difference
FROM fairlead.raw_attempts
WHERE phase = 'SETTLED'
    AND difference > 0.01
    AND (clean OR abs(bytes_up - agent_bytes_up) > 16777216 OR abs(bytes_down - agent_bytes_down) > 16777216);
