-- What viewers of live rooms got, and how rooms came to them.

CREATE TABLE IF NOT EXISTS fairlead.raw_viewer_reports
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    room String CODEC(ZSTD(1)),
    viewer_id Int64 CODEC(T64, ZSTD(1)),
    observed_prefix String CODEC(ZSTD(1)),
    protocol LowCardinality(String) CODEC(ZSTD(1)),
    role LowCardinality(String) CODEC(ZSTD(1)),
    interval_ms Int64 CODEC(T64, ZSTD(1)),
    watched_ms Int64 CODEC(T64, ZSTD(1)),
    first_byte_us Int64 CODEC(T64, ZSTD(1)),
    first_key_us Int64 CODEC(T64, ZSTD(1)),
    bytes Int64 CODEC(T64, ZSTD(1)),
    stalls Int32 CODEC(T64, ZSTD(1)),
    stalled_ms Int64 CODEC(T64, ZSTD(1)),
    lag_max_ms Int64 CODEC(T64, ZSTD(1)),
    skips Int32 CODEC(T64, ZSTD(1)),
    skipped_tags Int64 CODEC(T64, ZSTD(1)),
    splices Int32 CODEC(T64, ZSTD(1)),
    splice_gap_ms Int64 CODEC(T64, ZSTD(1)),
    pauses Int32 CODEC(T64, ZSTD(1)),
    paused_ms Int64 CODEC(T64, ZSTD(1)),
    renewals Int32 CODEC(T64, ZSTD(1)),
    close LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (room, edge_id, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_leg_reports
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    leg_end LowCardinality(String) CODEC(ZSTD(1)),
    room String CODEC(ZSTD(1)),
    relay_client_id LowCardinality(String) CODEC(ZSTD(1)),
    relay_server_id LowCardinality(String) CODEC(ZSTD(1)),
    interval_ms Int64 CODEC(T64, ZSTD(1)),
    viewers Int32 CODEC(T64, ZSTD(1)),
    upstreams Int32 CODEC(T64, ZSTD(1)),
    carriers Int32 CODEC(T64, ZSTD(1)),
    received_bytes Int64 CODEC(T64, ZSTD(1)),
    spare_bytes Int64 CODEC(T64, ZSTD(1)),
    link_bytes Int64 CODEC(T64, ZSTD(1)),
    viewer_bytes Int64 CODEC(T64, ZSTD(1)),
    promotions Int32 CODEC(T64, ZSTD(1)),
    splices Int32 CODEC(T64, ZSTD(1)),
    splice_gap_ms Int64 CODEC(T64, ZSTD(1)),
    pauses Int32 CODEC(T64, ZSTD(1)),
    paused_ms Int64 CODEC(T64, ZSTD(1)),
    silences Int32 CODEC(T64, ZSTD(1)),
    asked Int32 CODEC(T64, ZSTD(1)),
    refused Int32 CODEC(T64, ZSTD(1)),
    lost Int32 CODEC(T64, ZSTD(1)),
    rtt_us Int64 CODEC(T64, ZSTD(1)),
    retransmits Int64 CODEC(T64, ZSTD(1)),
    over Bool CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (room, relay_client_id, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_viewer_reports TO fairlead.sequences AS
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
FROM fairlead.raw_viewer_reports
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.sequences_of_leg_reports TO fairlead.sequences AS
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
FROM fairlead.raw_leg_reports
GROUP BY topic, edge_id, edge_epoch_ms, topic_partition, bucket;

-- How it was to watch a room at an edge, minute by minute.
CREATE VIEW IF NOT EXISTS fairlead.room_minutes AS
SELECT
    room,
    edge_id,
    toStartOfMinute(at) AS bucket,
    uniqExact(edge_epoch_ms, viewer_id) AS viewers,
    countIf(close != 'WATCHING') AS gone,
    sum(bytes) AS bytes_to_viewers,
    countIf(first_key_us >= 0) AS started,
    quantileIf(0.5)(first_key_us, first_key_us >= 0) AS first_key_p50_us,
    quantileIf(0.95)(first_key_us, first_key_us >= 0) AS first_key_p95_us,
    sum(stalls) AS stalls_of_viewers,
    sum(stalled_ms) AS stalled_ms_of_viewers,
    sum(skips) AS skips_of_viewers,
    sum(splice_gap_ms) AS splice_gap_ms_of_viewers,
    sum(paused_ms) AS paused_ms_of_viewers,
    sum(interval_ms) AS watched_ms_of_viewers
FROM fairlead.raw_viewer_reports
GROUP BY room, edge_id, bucket;
