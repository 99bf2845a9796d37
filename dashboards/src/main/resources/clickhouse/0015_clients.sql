-- Who asks a resolver, by beacons.

ALTER TABLE fairlead.resolver_popularity ADD COLUMN IF NOT EXISTS client_prefix Array(String) CODEC(ZSTD(1));

ALTER TABLE fairlead.resolver_popularity ADD COLUMN IF NOT EXISTS client_weight Array(Float64) CODEC(ZSTD(1));
