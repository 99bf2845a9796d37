-- Pools: who was in which and why, how each was, what was foreseen of it and what came. Assignments are told once, forecasts at least once.

CREATE TABLE IF NOT EXISTS fairlead.pool_assignments
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
    owner_pool LowCardinality(String) CODEC(ZSTD(1)),
    owner_until_ms Int64 CODEC(T64, ZSTD(1)),
    lease_ms Int64 CODEC(T64, ZSTD(1)),
    member_pool Array(LowCardinality(String)) CODEC(ZSTD(1)),
    member_rank Array(Float64) CODEC(ZSTD(1)),
    member_since_ms Array(Int64) CODEC(ZSTD(1)),
    member_reason Array(String) CODEC(ZSTD(1)),
    change_pool Array(LowCardinality(String)) CODEC(ZSTD(1)),
    change_kind Array(LowCardinality(String)) CODEC(ZSTD(1)),
    change_cause Array(LowCardinality(String)) CODEC(ZSTD(1)),
    change_reason Array(String) CODEC(ZSTD(1)),
    change_at_ms Array(Int64) CODEC(ZSTD(1)),
    change_health_before Array(Float64) CODEC(ZSTD(1)),
    change_health_after Array(Float64) CODEC(ZSTD(1)),
    change_members Array(Int32) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (exit_id, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

-- The service history of exits and pools: each joining and leaving, with health foreseen before and after.
CREATE TABLE IF NOT EXISTS fairlead.pool_changes
(
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    pool LowCardinality(String) CODEC(ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    cause LowCardinality(String) CODEC(ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    changed_at_ms Int64 CODEC(Delta, ZSTD(1)),
    health_before Float64 CODEC(Gorilla, ZSTD(1)),
    health_after Float64 CODEC(Gorilla, ZSTD(1)),
    members Int32 CODEC(T64, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (pool, at)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.pool_changes_view TO fairlead.pool_changes AS
SELECT
    told.at AS at,
    change.1 AS pool,
    told.exit_id AS exit_id,
    change.2 AS kind,
    change.3 AS cause,
    change.4 AS reason,
    change.5 AS changed_at_ms,
    change.6 AS health_before,
    change.7 AS health_after,
    change.8 AS members,
    told.policy_version AS policy_version
FROM fairlead.pool_assignments AS told
ARRAY JOIN arrayZip(change_pool, change_kind, change_cause, change_reason, change_at_ms, change_health_before, change_health_after, change_members) AS change;

CREATE TABLE IF NOT EXISTS fairlead.pool_forecasts
(
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    topic_offset Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    pool LowCardinality(String) CODEC(ZSTD(1)),
    job_epoch Int64 CODEC(Delta, ZSTD(1)),
    counter Int64 CODEC(Delta, ZSTD(1)),
    issued_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    policy_version Int64 CODEC(Delta, ZSTD(1)),
    state LowCardinality(String) CODEC(ZSTD(1)),
    reason String CODEC(ZSTD(1)),
    missing String CODEC(ZSTD(1)),
    health Float64 CODEC(Gorilla, ZSTD(1)),
    health_foreseen Float64 CODEC(Gorilla, ZSTD(1)),
    min_health Float64 CODEC(Gorilla, ZSTD(1)),
    members Int32 CODEC(T64, ZSTD(1)),
    members_online Int32 CODEC(T64, ZSTD(1)),
    members_wanted Int32 CODEC(T64, ZSTD(1)),
    capacity_requests Int32 CODEC(T64, ZSTD(1)),
    changes_in_hour Int32 CODEC(T64, ZSTD(1)),
    forecast_at_ms Int64 CODEC(Delta, ZSTD(1)),
    ahead_minutes Array(Int32) CODEC(ZSTD(1)),
    ahead_unhealthy Array(Float64) CODEC(ZSTD(1)),
    ahead_shortage Array(Float64) CODEC(ZSTD(1)),
    quantile_minutes Array(Int32) CODEC(ZSTD(1)),
    quantile_measure Array(LowCardinality(String)) CODEC(ZSTD(1)),
    quantile_low Array(Float64) CODEC(ZSTD(1)),
    quantile_median Array(Float64) CODEC(ZSTD(1)),
    quantile_high Array(Float64) CODEC(ZSTD(1)),
    cold_start Bool CODEC(ZSTD(1)),
    basis String CODEC(ZSTD(1)),
    falls_short Bool CODEC(ZSTD(1)),
    outcome_measure Array(LowCardinality(String)) CODEC(ZSTD(1)),
    outcome_minutes Array(Int32) CODEC(ZSTD(1)),
    outcome_made_at_ms Array(Int64) CODEC(ZSTD(1)),
    outcome_low Array(Float64) CODEC(ZSTD(1)),
    outcome_median Array(Float64) CODEC(ZSTD(1)),
    outcome_high Array(Float64) CODEC(ZSTD(1)),
    outcome_actual Array(Float64) CODEC(ZSTD(1)),
    outcome_pinball Array(Float64) CODEC(ZSTD(1)),
    outcome_naive_pinball Array(Float64) CODEC(ZSTD(1)),
    outcome_scaled_error Array(Float64) CODEC(ZSTD(1)),
    foreseen_changed_at_ms Array(Int64) CODEC(ZSTD(1)),
    foreseen_predicted Array(Float64) CODEC(ZSTD(1)),
    foreseen_observed Array(Float64) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (pool, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

-- What came of each forecast. After a restart of the job the same may be told twice: it is one row (read it with FINAL).
CREATE TABLE IF NOT EXISTS fairlead.forecast_scores
(
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    pool LowCardinality(String) CODEC(ZSTD(1)),
    measure LowCardinality(String) CODEC(ZSTD(1)),
    horizon_minutes Int32 CODEC(T64, ZSTD(1)),
    made_at_ms Int64 CODEC(Delta, ZSTD(1)),
    low Float64 CODEC(Gorilla, ZSTD(1)),
    median Float64 CODEC(Gorilla, ZSTD(1)),
    high Float64 CODEC(Gorilla, ZSTD(1)),
    actual Float64 CODEC(Gorilla, ZSTD(1)),
    pinball Float64 CODEC(Gorilla, ZSTD(1)),
    naive_pinball Float64 CODEC(Gorilla, ZSTD(1)),
    scaled_error Float64 CODEC(Gorilla, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (pool, measure, horizon_minutes, made_at_ms)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.forecast_scores_view TO fairlead.forecast_scores AS
SELECT
    told.at AS at,
    told.pool AS pool,
    outcome.1 AS measure,
    outcome.2 AS horizon_minutes,
    outcome.3 AS made_at_ms,
    outcome.4 AS low,
    outcome.5 AS median,
    outcome.6 AS high,
    outcome.7 AS actual,
    outcome.8 AS pinball,
    outcome.9 AS naive_pinball,
    outcome.10 AS scaled_error
FROM fairlead.pool_forecasts AS told
ARRAY JOIN arrayZip(outcome_measure, outcome_minutes, outcome_made_at_ms, outcome_low, outcome_median, outcome_high, outcome_actual, outcome_pinball, outcome_naive_pinball, outcome_scaled_error) AS outcome;

-- Health that was foreseen after a change of members, and what came at the pool's horizon.
CREATE TABLE IF NOT EXISTS fairlead.pool_health_foreseen
(
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    pool LowCardinality(String) CODEC(ZSTD(1)),
    changed_at_ms Int64 CODEC(Delta, ZSTD(1)),
    predicted Float64 CODEC(Gorilla, ZSTD(1)),
    observed Float64 CODEC(Gorilla, ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (pool, changed_at_ms)
TTL toDateTime(at) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS fairlead.pool_health_foreseen_view TO fairlead.pool_health_foreseen AS
SELECT told.at AS at, told.pool AS pool, came.1 AS changed_at_ms, came.2 AS predicted, came.3 AS observed
FROM fairlead.pool_forecasts AS told
ARRAY JOIN arrayZip(foreseen_changed_at_ms, foreseen_predicted, foreseen_observed) AS came;
