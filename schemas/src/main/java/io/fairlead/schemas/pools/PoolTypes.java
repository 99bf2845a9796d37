package io.fairlead.schemas.pools;

import io.fairlead.model.PoolType;

/** Types of exits as records have them, and as the model does. */
public final class PoolTypes {

    private PoolTypes() {}

    /** As records have it. */
    public static io.fairlead.schemas.telemetry.PoolType write(PoolType type) {
        return io.fairlead.schemas.telemetry.PoolType.valueOf(type.name());
    }

    /** As the model has it. */
    public static PoolType read(io.fairlead.schemas.telemetry.PoolType type) {
        return PoolType.valueOf(type.name());
    }
}
