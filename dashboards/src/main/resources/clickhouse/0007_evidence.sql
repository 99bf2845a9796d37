-- What a score stands on: references, weights of evidence, chances to stay, and what is no fault of the exit.

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS psi_ms Float64 DEFAULT 0 CODEC(Gorilla, ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS omega_ms Float64 DEFAULT 0 CODEC(Gorilla, ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS benchmark_weight Float64 DEFAULT 0 CODEC(Gorilla, ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS ping_weight Float64 DEFAULT 0 CODEC(Gorilla, ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS up_since_ms Int64 DEFAULT 0 CODEC(Delta, ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS stay_horizon_ms Array(Int64) DEFAULT [] CODEC(ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS stay_mean Array(Float64) DEFAULT [] CODEC(ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS stay_lower Array(Float64) DEFAULT [] CODEC(ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS stay_upper Array(Float64) DEFAULT [] CODEC(ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS stay_weight Array(Float64) DEFAULT [] CODEC(ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS disconnect_basis LowCardinality(String) DEFAULT '' CODEC(ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS network_success Float64 DEFAULT 1 CODEC(Gorilla, ZSTD(1));

ALTER TABLE fairlead.exit_scores ADD COLUMN IF NOT EXISTS failing_targets Array(LowCardinality(String)) DEFAULT [] CODEC(ZSTD(1));
