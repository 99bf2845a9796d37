-- What the edges tell, one table for each record type, one row for each record.
-- Times: `at` is the edge's time of day bounded by the broker's (it decides partition and age), `observed_at` is what the
-- edge said, `arrived_at` what the broker said. Identifiers of up to some ten thousand values are LowCardinality.
-- The window of block tokens makes a batch that is sent twice count once (here and in every view that hangs on it).

CREATE DATABASE IF NOT EXISTS fairlead ENGINE = Atomic;

CREATE TABLE IF NOT EXISTS fairlead.raw_exit_connected
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    link_id String CODEC(ZSTD(1)),
    agent_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    pool_type LowCardinality(String) CODEC(ZSTD(1)),
    country LowCardinality(String) CODEC(ZSTD(1)),
    region LowCardinality(String) CODEC(ZSTD(1)),
    city LowCardinality(String) CODEC(ZSTD(1)),
    asn Int64 CODEC(T64, ZSTD(1)),
    os LowCardinality(String) CODEC(ZSTD(1)),
    connection_type LowCardinality(String) CODEC(ZSTD(1)),
    consent Bool CODEC(ZSTD(1)),
    declared_capacity_requests Int32 CODEC(T64, ZSTD(1)),
    observed_prefix String CODEC(ZSTD(1)),
    agent_version LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (edge_id, exit_id, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_exit_disconnected
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    link_id String CODEC(ZSTD(1)),
    agent_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    reason LowCardinality(String) CODEC(ZSTD(1)),
    connected_ms Int64 CODEC(T64, ZSTD(1)),
    links_left Int32 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (edge_id, exit_id, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_exit_heartbeats
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    link_id String CODEC(ZSTD(1)),
    agent_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    pool_type LowCardinality(String) CODEC(ZSTD(1)),
    asn Int64 CODEC(T64, ZSTD(1)),
    ping_us Int64 CODEC(T64, ZSTD(1)),
    running_requests Int32 CODEC(T64, ZSTD(1)),
    running_here_requests Int32 CODEC(T64, ZSTD(1)),
    agent_capacity_requests Int32 CODEC(T64, ZSTD(1)),
    consent Bool CODEC(ZSTD(1)),
    owner_active Bool CODEC(ZSTD(1)),
    battery_percent Int32 CODEC(T64, ZSTD(1)),
    link_queue_bytes Int64 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (edge_id, exit_id, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_exit_benchmarks
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    target_class LowCardinality(String) CODEC(ZSTD(1)),
    target LowCardinality(String) CODEC(ZSTD(1)),
    outcome LowCardinality(String) CODEC(ZSTD(1)),
    layer LowCardinality(String) CODEC(ZSTD(1)),
    connect_us Int64 CODEC(T64, ZSTD(1)),
    total_us Int64 CODEC(T64, ZSTD(1)),
    status Int32 CODEC(T64, ZSTD(1)),
    trigger LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (edge_id, exit_id, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_attempts
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
    attempt Int32 CODEC(T64, ZSTD(1)),
    phase LowCardinality(String) CODEC(ZSTD(1)),
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    pool LowCardinality(String) CODEC(ZSTD(1)),
    exit_id String CODEC(ZSTD(1)),
    pool_type LowCardinality(String) CODEC(ZSTD(1)),
    asn Int64 CODEC(T64, ZSTD(1)),
    target_class LowCardinality(String) CODEC(ZSTD(1)),
    target_host String CODEC(ZSTD(1)),
    target_port Int32 CODEC(T64, ZSTD(1)),
    protocol LowCardinality(String) CODEC(ZSTD(1)),
    running_at_reservation_requests Int32 CODEC(T64, ZSTD(1)),
    capacity_at_reservation_requests Int32 CODEC(T64, ZSTD(1)),
    connect_us Int64 CODEC(T64, ZSTD(1)),
    first_byte_us Int64 CODEC(T64, ZSTD(1)),
    total_us Int64 CODEC(T64, ZSTD(1)),
    bytes_up Int64 CODEC(T64, ZSTD(1)),
    bytes_down Int64 CODEC(T64, ZSTD(1)),
    outcome LowCardinality(String) CODEC(ZSTD(1)),
    layer LowCardinality(String) CODEC(ZSTD(1)),
    status Int32 CODEC(T64, ZSTD(1)),
    score_job_epoch Int64 CODEC(Delta, ZSTD(1)),
    score_counter Int64 CODEC(Delta, ZSTD(1)),
    exploration Bool CODEC(ZSTD(1)),
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (edge_id, exit_id, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_requests
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
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    pool LowCardinality(String) CODEC(ZSTD(1)),
    protocol LowCardinality(String) CODEC(ZSTD(1)),
    target_class LowCardinality(String) CODEC(ZSTD(1)),
    target_host String CODEC(ZSTD(1)),
    target_port Int32 CODEC(T64, ZSTD(1)),
    exit_ids Array(String) CODEC(ZSTD(1)),
    candidates Int32 CODEC(T64, ZSTD(1)),
    pick_policy LowCardinality(String) CODEC(ZSTD(1)),
    local_scoring Bool CODEC(ZSTD(1)),
    queue_us Int64 CODEC(T64, ZSTD(1)),
    connect_us Int64 CODEC(T64, ZSTD(1)),
    first_byte_us Int64 CODEC(T64, ZSTD(1)),
    total_us Int64 CODEC(T64, ZSTD(1)),
    bytes_up Int64 CODEC(T64, ZSTD(1)),
    bytes_down Int64 CODEC(T64, ZSTD(1)),
    outcome LowCardinality(String) CODEC(ZSTD(1)),
    layer LowCardinality(String) CODEC(ZSTD(1)),
    status Int32 CODEC(T64, ZSTD(1)),
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (tenant, pool, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_edge_reports
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    version LowCardinality(String) CODEC(ZSTD(1)),
    uptime_ms Int64 CODEC(Delta, ZSTD(1)),
    open_connections Int32 CODEC(T64, ZSTD(1)),
    in_flight_requests Int32 CODEC(T64, ZSTD(1)),
    exit_links Int32 CODEC(T64, ZSTD(1)),
    exits_online Int32 CODEC(T64, ZSTD(1)),
    requests Int64 CODEC(Delta, ZSTD(1)),
    failures Int64 CODEC(Delta, ZSTD(1)),
    local_scoring Bool CODEC(ZSTD(1)),
    draining Bool CODEC(ZSTD(1)),
    job_silence_ms Map(String, Int64) CODEC(ZSTD(1)),
    applied_topic Array(LowCardinality(String)) CODEC(ZSTD(1)),
    applied_job_epoch Array(Int64) CODEC(ZSTD(1)),
    applied_counter Array(Int64) CODEC(ZSTD(1)),
    applied_at_ms Array(Int64) CODEC(ZSTD(1)),
    applied_entries Array(Int32) CODEC(ZSTD(1)),
    applied_decisions Array(Int64) CODEC(ZSTD(1)),
    loop_p50_ms Array(Int64) CODEC(ZSTD(1)),
    loop_p99_ms Array(Int64) CODEC(ZSTD(1)),
    loop_max_ms Array(Int64) CODEC(ZSTD(1)),
    published_topic Array(LowCardinality(String)) CODEC(ZSTD(1)),
    published_records Array(Int64) CODEC(ZSTD(1)),
    published_lost Array(Int64) CODEC(ZSTD(1)),
    published_spooled_bytes Array(Int64) CODEC(ZSTD(1)),
    heap_used_bytes Int64 CODEC(T64, ZSTD(1)),
    direct_memory_bytes Int64 CODEC(T64, ZSTD(1)),
    process_cpu_load Float64 CODEC(Gorilla, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (edge_id, at)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS fairlead.raw_edge_ticks
(
    topic LowCardinality(String) CODEC(ZSTD(1)),
    edge_id LowCardinality(String) CODEC(ZSTD(1)),
    edge_epoch_ms Int64 CODEC(Delta, ZSTD(1)),
    topic_partition Int32 CODEC(T64, ZSTD(1)),
    sequence Int64 CODEC(Delta, ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    observed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (edge_id, at)
TTL toDateTime(at) + INTERVAL 3 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;
