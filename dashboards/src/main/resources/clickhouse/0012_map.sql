-- The network map: which name servers resolvers prefer, who serves whom and on what evidence, what groups cost and carry, and each map as a whole.

CREATE TABLE IF NOT EXISTS fairlead.resolver_popularity
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    resolver String CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    verdict LowCardinality(String) CODEC(ZSTD(1)),
    name_server Array(LowCardinality(String)) CODEC(ZSTD(1)),
    name_server_group Array(LowCardinality(String)) CODEC(ZSTD(1)),
    share_mean Array(Float64) CODEC(ZSTD(1)),
    share_lower Array(Float64) CODEC(ZSTD(1)),
    share_upper Array(Float64) CODEC(ZSTD(1)),
    share_count Array(Float64) CODEC(ZSTD(1)),
    rtt_ms Array(Float64) CODEC(ZSTD(1)),
    calibrated_ms Array(Float64) CODEC(ZSTD(1)),
    questions Float64 CODEC(Gorilla, ZSTD(1)),
    threshold Float64 CODEC(Gorilla, ZSTD(1)),
    preferred LowCardinality(String) CODEC(ZSTD(1)),
    group_id LowCardinality(String) CODEC(ZSTD(1)),
    evidence_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    reason String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (resolver, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.map_entries
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    prefix String CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    map_epoch Int64 CODEC(Delta, ZSTD(1)),
    choice_group Array(LowCardinality(String)) CODEC(ZSTD(1)),
    choice_share Array(Float64) CODEC(ZSTD(1)),
    choice_cost_ms Array(Float64) CODEC(ZSTD(1)),
    choice_error_ms Array(Float64) CODEC(ZSTD(1)),
    choice_evidence Array(LowCardinality(String)) CODEC(ZSTD(1)),
    evidence_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    demand_bits_per_second Float64 CODEC(Gorilla, ZSTD(1)),
    cohort LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (prefix, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.map_prices
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    group_id LowCardinality(String) CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    map_epoch Int64 CODEC(Delta, ZSTD(1)),
    price_ms Float64 CODEC(Gorilla, ZSTD(1)),
    capacity_bits_per_second Float64 CODEC(Gorilla, ZSTD(1)),
    planned_bits_per_second Float64 CODEC(Gorilla, ZSTD(1)),
    load_bits_per_second Float64 CODEC(Gorilla, ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    shed_from_share Float64 CODEC(Gorilla, ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    trigger_observed_at_ms Int64 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (group_id, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.map_states
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    map_epoch Int64 CODEC(Delta, ZSTD(1)),
    entries Int64 CODEC(T64, ZSTD(1)),
    demand_bits_per_second Float64 CODEC(Gorilla, ZSTD(1)),
    mean_cost_ms Float64 CODEC(Gorilla, ZSTD(1)),
    bound_ms Float64 CODEC(Gorilla, ZSTD(1)),
    capacity_factor Float64 CODEC(Gorilla, ZSTD(1)),
    moved_share Float64 CODEC(Gorilla, ZSTD(1)),
    coverage_evidence Array(LowCardinality(String)) CODEC(ZSTD(1)),
    coverage_prefixes Array(Int64) CODEC(ZSTD(1)),
    coverage_demand_share Array(Float64) CODEC(ZSTD(1)),
    roll_out LowCardinality(String) CODEC(ZSTD(1)),
    stage Int32 CODEC(T64, ZSTD(1)),
    rolled_share Float64 CODEC(Gorilla, ZSTD(1)),
    stage_since_ms Int64 CODEC(T64, ZSTD(1)),
    control_share Float64 CODEC(Gorilla, ZSTD(1)),
    rolled_samples Int64 CODEC(T64, ZSTD(1)),
    rolled_regret_ms Float64 CODEC(Gorilla, ZSTD(1)),
    rolled_regret_error_ms Float64 CODEC(Gorilla, ZSTD(1)),
    rolled_regret_p95_ms Float64 CODEC(Gorilla, ZSTD(1)),
    control_samples Int64 CODEC(T64, ZSTD(1)),
    control_regret_ms Float64 CODEC(Gorilla, ZSTD(1)),
    control_regret_error_ms Float64 CODEC(Gorilla, ZSTD(1)),
    control_regret_p95_ms Float64 CODEC(Gorilla, ZSTD(1)),
    served_samples Int64 CODEC(T64, ZSTD(1)),
    served_regret_ms Float64 CODEC(Gorilla, ZSTD(1)),
    served_regret_error_ms Float64 CODEC(Gorilla, ZSTD(1)),
    served_regret_p95_ms Float64 CODEC(Gorilla, ZSTD(1)),
    frozen Bool CODEC(ZSTD(1)),
    reason String CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;
