-- How policies on trial fared: what both arms came to, and what became of the canary.

CREATE TABLE IF NOT EXISTS fairlead.canary_verdicts
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_key LowCardinality(String) CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    stage LowCardinality(String) CODEC(ZSTD(1)),
    stage_since DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    author LowCardinality(String) CODEC(ZSTD(1)),
    share Float64 CODEC(ZSTD(1)),
    canary_exits Int32 CODEC(T64, ZSTD(1)),
    canary_tries_before Int64 CODEC(T64, ZSTD(1)),
    canary_tries Int64 CODEC(T64, ZSTD(1)),
    canary_success_before Float64 CODEC(ZSTD(1)),
    canary_success Float64 CODEC(ZSTD(1)),
    canary_first_byte_ms_before Float64 CODEC(ZSTD(1)),
    canary_first_byte_ms Float64 CODEC(ZSTD(1)),
    control_exits Int32 CODEC(T64, ZSTD(1)),
    control_tries_before Int64 CODEC(T64, ZSTD(1)),
    control_tries Int64 CODEC(T64, ZSTD(1)),
    control_success_before Float64 CODEC(ZSTD(1)),
    control_success Float64 CODEC(ZSTD(1)),
    control_first_byte_ms_before Float64 CODEC(ZSTD(1)),
    control_first_byte_ms Float64 CODEC(ZSTD(1)),
    success_change Float64 CODEC(ZSTD(1)),
    success_change_lower Float64 CODEC(ZSTD(1)),
    success_change_upper Float64 CODEC(ZSTD(1)),
    latency_ratio Float64 CODEC(ZSTD(1)),
    latency_ratio_lower Float64 CODEC(ZSTD(1)),
    latency_ratio_upper Float64 CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (policy_key, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;
