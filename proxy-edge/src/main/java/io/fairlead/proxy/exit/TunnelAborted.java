package io.fairlead.proxy.exit;

import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;

/**
 * User event of an open tunnel that did not end cleanly, fired through its pipeline right before {@code channelInactive}.
 * A tunnel that becomes inactive without it was closed by this side, or both directions had ended.
 *
 * @param outcome what happened: the target reset, the link was lost, the agent gave up
 * @param layer where the cause lies
 * @param detail one sentence
 */
public record TunnelAborted(Outcome outcome, FaultLayer layer, String detail) {}
