-- Accounts of the telemetry: which sequences of each edge, epoch, topic and partition are stored. A bitmap an hour, so
-- that loss and duplicates are counted exactly at the price of a bit for each record (less where they come unbroken).

CREATE TABLE IF NOT EXISTS fairlead.sequences
(
    topic LowCardinality(String),
    edge_id LowCardinality(String),
    edge_epoch_ms Int64,
    topic_partition Int32,
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    sequence_max SimpleAggregateFunction(max, Int64) CODEC(T64, ZSTD(1)),
    first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    sequences AggregateFunction(groupBitmap, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (topic, edge_id, edge_epoch_ms, topic_partition, bucket)
TTL bucket + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_exit_connected TO fairlead.sequences AS
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
FROM fairlead.raw_exit_connected
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_exit_disconnected TO fairlead.sequences AS
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
FROM fairlead.raw_exit_disconnected
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_exit_heartbeats TO fairlead.sequences AS
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
FROM fairlead.raw_exit_heartbeats
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_exit_benchmarks TO fairlead.sequences AS
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
FROM fairlead.raw_exit_benchmarks
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_attempts TO fairlead.sequences AS
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
FROM fairlead.raw_attempts
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_requests TO fairlead.sequences AS
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
FROM fairlead.raw_requests
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_edge_reports TO fairlead.sequences AS
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
FROM fairlead.raw_edge_reports
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_edge_ticks TO fairlead.sequences AS
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
FROM fairlead.raw_edge_ticks
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

-- One row for each edge, epoch, topic and partition. `missing` counts what was numbered but is not stored (lost, or on
-- its way), `duplicates` what is stored more than once.
CREATE VIEW IF NOT EXISTS fairlead.telemetry_accounts AS
SELECT
    topic,
    edge_id,
    edge_epoch_ms,
    topic_partition,
    sum(parts.stored) AS stored,
    groupBitmapMerge(parts.sequences) AS distinct_stored,
    max(parts.sequence_max) + 1 AS numbered,
    numbered - toInt64(distinct_stored) AS missing,
    toInt64(stored) - toInt64(distinct_stored) AS duplicates,
    min(parts.first_at) AS first_at,
    max(parts.last_at) AS last_at
FROM fairlead.sequences AS parts
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition;
