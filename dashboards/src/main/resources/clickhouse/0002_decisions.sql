-- What the jobs decided and what operators set: the logs that say why. `at` is the record's own time bounded by the
-- broker's; `topic_partition` and `topic_offset` say where the record stands in its topic.

CREATE TABLE IF NOT EXISTS fairlead.exit_scores
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    quality Float64 CODEC(Gorilla, ZSTD(1)),
    low_confidence Bool CODEC(ZSTD(1)),
    benchmark_term Float64 CODEC(Gorilla, ZSTD(1)),
    ping_term Float64 CODEC(Gorilla, ZSTD(1)),
    benchmark_ms Float64 CODEC(Gorilla, ZSTD(1)),
    ping_ms Float64 CODEC(Gorilla, ZSTD(1)),
    disconnect_mean Float64 CODEC(Gorilla, ZSTD(1)),
    disconnect_lower Float64 CODEC(Gorilla, ZSTD(1)),
    disconnect_upper Float64 CODEC(Gorilla, ZSTD(1)),
    disconnect_weight Float64 CODEC(Gorilla, ZSTD(1)),
    success_mean Float64 CODEC(Gorilla, ZSTD(1)),
    success_lower Float64 CODEC(Gorilla, ZSTD(1)),
    success_upper Float64 CODEC(Gorilla, ZSTD(1)),
    success_weight Float64 CODEC(Gorilla, ZSTD(1)),
    capacity_requests Int32 CODEC(T64, ZSTD(1)),
    running_requests Int32 CODEC(T64, ZSTD(1)),
    available_requests Int32 CODEC(T64, ZSTD(1)),
    class_names Array(LowCardinality(String)) CODEC(ZSTD(1)),
    class_quality Array(Float64) CODEC(ZSTD(1)),
    class_benchmark_ms Array(Float64) CODEC(ZSTD(1)),
    class_success_mean Array(Float64) CODEC(ZSTD(1)),
    class_success_lower Array(Float64) CODEC(ZSTD(1)),
    class_success_upper Array(Float64) CODEC(ZSTD(1)),
    class_success_weight Array(Float64) CODEC(ZSTD(1)),
    class_block_rate Array(Float64) CODEC(ZSTD(1)),
    class_traffic_share Array(Float64) CODEC(ZSTD(1)),
    reasons Array(String) CODEC(ZSTD(1)),
    trigger LowCardinality(String) CODEC(ZSTD(1)),
    trigger_observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    trigger_edge_id LowCardinality(String) CODEC(ZSTD(1)),
    pool_type LowCardinality(String) CODEC(ZSTD(1)),
    asn Int64 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (exit_id, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.job_heartbeats
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    job LowCardinality(String) CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    watermark_ms Int64 CODEC(Delta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    decisions Int64 CODEC(Delta, ZSTD(1)),
    keys Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (job, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.config_history
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    config_topic LowCardinality(String) CODEC(ZSTD(1)),
    config_key String CODEC(ZSTD(1)),
    author LowCardinality(String) CODEC(ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    written_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    revision Int64 CODEC(T64, ZSTD(1)),
    config_offset Int64 CODEC(T64, ZSTD(1)),
    value String CODEC(ZSTD(1)),
    json String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (config_topic, config_key, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.config_rejected
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    config_topic LowCardinality(String) CODEC(ZSTD(1)),
    config_key String CODEC(ZSTD(1)),
    config_partition Int32 CODEC(T64, ZSTD(1)),
    config_offset Int64 CODEC(T64, ZSTD(1)),
    rejected_by LowCardinality(String) CODEC(ZSTD(1)),
    rejected_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    author LowCardinality(String) CODEC(ZSTD(1)),
    violations Array(String) CODEC(ZSTD(1)),
    value String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (config_topic, config_key, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

-- Dead letters travel at least once: the same record told twice by one reader is one row (read it with FINAL).
CREATE TABLE IF NOT EXISTS fairlead.dead_letters
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    source_topic LowCardinality(String) CODEC(ZSTD(1)),
    source_partition Int32 CODEC(T64, ZSTD(1)),
    source_offset Int64 CODEC(T64, ZSTD(1)),
    broker_time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    read_by LowCardinality(String) CODEC(ZSTD(1)),
    failed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    record_key String CODEC(ZSTD(1)),
    value String CODEC(ZSTD(1)),
    value_bytes Int64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(broker_time)
ORDER BY (source_topic, source_partition, source_offset, read_by)
TTL toDateTime(at) + INTERVAL 14 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;
