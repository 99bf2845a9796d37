package io.fairlead.jobs.facts;

import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.ClassScore;
import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.decisions.ExclusiveDomain;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.ExitState;
import io.fairlead.schemas.decisions.ForecastAhead;
import io.fairlead.schemas.decisions.ForecastOutcome;
import io.fairlead.schemas.decisions.ForecastQuantiles;
import io.fairlead.schemas.decisions.HealthForeseen;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolChange;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolHealth;
import io.fairlead.schemas.decisions.PoolMembership;
import io.fairlead.schemas.decisions.RelayParent;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.decisions.RoomParent;
import io.fairlead.schemas.decisions.StayChance;
import io.fairlead.schemas.telemetry.AppliedDecisions;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.LinkReport;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.PublishedTelemetry;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.ToldVerdict;
import io.fairlead.schemas.telemetry.ViewerClose;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.fairlead.schemas.telemetry.ViewerReport;
import io.fairlead.schemas.telemetry.ViewerRole;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which records become facts, and how: one table for each record class. */
public final class FactTables {

    static final FactTable<ExitConnected> EXIT_CONNECTED = FactTable.telemetry(
                    "raw_exit_connected", ExitConnected.class, ExitConnected::getHeader)
            .text("exit_id", ExitConnected::getExitId)
            .text("link_id", ExitConnected::getLinkId)
            .int64("agent_epoch_ms", ExitConnected::getAgentEpochMs)
            .symbol("pool_type", PoolType.class, ExitConnected::getPoolType)
            .text("country", ExitConnected::getCountry)
            .text("region", ExitConnected::getRegion)
            .text("city", ExitConnected::getCity)
            .int64("asn", ExitConnected::getAsn)
            .text("os", ExitConnected::getOs)
            .text("connection_type", ExitConnected::getConnectionType)
            .bool("consent", ExitConnected::getConsent)
            .int32("declared_capacity_requests", ExitConnected::getDeclaredCapacityRequests)
            .text("observed_prefix", ExitConnected::getObservedPrefix)
            .text("agent_version", ExitConnected::getAgentVersion)
            .text("declared_country", ExitConnected::getDeclaredCountry)
            .text("declared_region", ExitConnected::getDeclaredRegion)
            .text("declared_city", ExitConnected::getDeclaredCity)
            .int64("declared_asn", ExitConnected::getDeclaredAsn)
            .build();

    static final FactTable<ExitDisconnected> EXIT_DISCONNECTED = FactTable.telemetry(
                    "raw_exit_disconnected", ExitDisconnected.class, ExitDisconnected::getHeader)
            .text("exit_id", ExitDisconnected::getExitId)
            .text("link_id", ExitDisconnected::getLinkId)
            .int64("agent_epoch_ms", ExitDisconnected::getAgentEpochMs)
            .symbol("reason", DisconnectReason.class, ExitDisconnected::getReason)
            .int64("connected_ms", ExitDisconnected::getConnectedMs)
            .int32("links_left", ExitDisconnected::getLinksLeft)
            .build();

    static final FactTable<ExitHeartbeat> EXIT_HEARTBEATS = FactTable.telemetry(
                    "raw_exit_heartbeats", ExitHeartbeat.class, ExitHeartbeat::getHeader)
            .text("exit_id", ExitHeartbeat::getExitId)
            .text("link_id", ExitHeartbeat::getLinkId)
            .int64("agent_epoch_ms", ExitHeartbeat::getAgentEpochMs)
            .symbol("pool_type", PoolType.class, ExitHeartbeat::getPoolType)
            .int64("asn", ExitHeartbeat::getAsn)
            .int64("ping_us", ExitHeartbeat::getPingUs)
            .int32("running_requests", ExitHeartbeat::getRunningRequests)
            .int32("running_here_requests", ExitHeartbeat::getRunningHereRequests)
            .int32("agent_capacity_requests", ExitHeartbeat::getAgentCapacityRequests)
            .bool("consent", ExitHeartbeat::getConsent)
            .bool("owner_active", ExitHeartbeat::getOwnerActive)
            .int32("battery_percent", ExitHeartbeat::getBatteryPercent)
            .int64("link_queue_bytes", ExitHeartbeat::getLinkQueueBytes)
            .text("objection", ExitHeartbeat::getObjection)
            .build();

    static final FactTable<ExitBenchmarked> EXIT_BENCHMARKS = FactTable.telemetry(
                    "raw_exit_benchmarks", ExitBenchmarked.class, ExitBenchmarked::getHeader)
            .text("exit_id", ExitBenchmarked::getExitId)
            .text("target_class", ExitBenchmarked::getTargetClass)
            .text("target", ExitBenchmarked::getTarget)
            .symbol("outcome", Outcome.class, ExitBenchmarked::getOutcome)
            .symbol("layer", FaultLayer.class, ExitBenchmarked::getLayer)
            .int64("connect_us", ExitBenchmarked::getConnectUs)
            .int64("total_us", ExitBenchmarked::getTotalUs)
            .int32("status", ExitBenchmarked::getStatus)
            .text("trigger", ExitBenchmarked::getTrigger)
            .build();

    static final FactTable<ProxiedAttempt> ATTEMPTS = FactTable.telemetry(
                    "raw_attempts", ProxiedAttempt.class, ProxiedAttempt::getHeader)
            .text("request_id", ProxiedAttempt::getRequestId)
            .int32("attempt", ProxiedAttempt::getAttempt)
            .symbol("phase", AttemptPhase.class, ProxiedAttempt::getPhase)
            .text("tenant", ProxiedAttempt::getTenant)
            .text("pool", ProxiedAttempt::getPool)
            .text("exit_id", ProxiedAttempt::getExitId)
            .symbol("pool_type", PoolType.class, ProxiedAttempt::getPoolType)
            .int64("asn", ProxiedAttempt::getAsn)
            .text("target_class", ProxiedAttempt::getTargetClass)
            .text("target_host", ProxiedAttempt::getTargetHost)
            .int32("target_port", ProxiedAttempt::getTargetPort)
            .symbol("protocol", ClientProtocol.class, ProxiedAttempt::getProtocol)
            .int32("running_at_reservation_requests", ProxiedAttempt::getRunningAtReservationRequests)
            .int32("capacity_at_reservation_requests", ProxiedAttempt::getCapacityAtReservationRequests)
            .int64("connect_us", ProxiedAttempt::getConnectUs)
            .int64("first_byte_us", ProxiedAttempt::getFirstByteUs)
            .int64("total_us", ProxiedAttempt::getTotalUs)
            .int64("bytes_up", ProxiedAttempt::getBytesUp)
            .int64("bytes_down", ProxiedAttempt::getBytesDown)
            .symbol("outcome", Outcome.class, ProxiedAttempt::getOutcome)
            .symbol("layer", FaultLayer.class, ProxiedAttempt::getLayer)
            .int32("status", ProxiedAttempt::getStatus)
            .int64("score_job_epoch", ProxiedAttempt::getScoreJobEpoch)
            .int64("score_counter", ProxiedAttempt::getScoreCounter)
            .bool("exploration", ProxiedAttempt::getExploration)
            .int64("agent_bytes_up", ProxiedAttempt::getAgentBytesUp)
            .int64("agent_bytes_down", ProxiedAttempt::getAgentBytesDown)
            .build();

    static final FactTable<TargetOutcome> OUTCOMES = FactTable.telemetry(
                    "raw_outcomes", TargetOutcome.class, TargetOutcome::getHeader)
            .text("request_id", TargetOutcome::getRequestId)
            .text("exit_id", TargetOutcome::getExitId)
            .text("tenant", TargetOutcome::getTenant)
            .text("pool", TargetOutcome::getPool)
            .text("session", TargetOutcome::getSession)
            .text("target_class", TargetOutcome::getTargetClass)
            .text("target_host", TargetOutcome::getTargetHost)
            .symbol("verdict", ToldVerdict.class, TargetOutcome::getVerdict)
            .int32("status", TargetOutcome::getStatus)
            .int64("after_ms", TargetOutcome::getAfterMs)
            .build();

    static final FactTable<ProxiedRequest> REQUESTS = FactTable.telemetry(
                    "raw_requests", ProxiedRequest.class, ProxiedRequest::getHeader)
            .text("request_id", ProxiedRequest::getRequestId)
            .text("tenant", ProxiedRequest::getTenant)
            .text("pool", ProxiedRequest::getPool)
            .symbol("protocol", ClientProtocol.class, ProxiedRequest::getProtocol)
            .text("target_class", ProxiedRequest::getTargetClass)
            .text("target_host", ProxiedRequest::getTargetHost)
            .int32("target_port", ProxiedRequest::getTargetPort)
            .texts("exit_ids", ProxiedRequest::getExitIds)
            .int32("candidates", ProxiedRequest::getCandidates)
            .text("pick_policy", ProxiedRequest::getPickPolicy)
            .bool("local_scoring", ProxiedRequest::getLocalScoring)
            .int64("queue_us", ProxiedRequest::getQueueUs)
            .int64("connect_us", ProxiedRequest::getConnectUs)
            .int64("first_byte_us", ProxiedRequest::getFirstByteUs)
            .int64("total_us", ProxiedRequest::getTotalUs)
            .int64("bytes_up", ProxiedRequest::getBytesUp)
            .int64("bytes_down", ProxiedRequest::getBytesDown)
            .symbol("outcome", Outcome.class, ProxiedRequest::getOutcome)
            .symbol("layer", FaultLayer.class, ProxiedRequest::getLayer)
            .int32("status", ProxiedRequest::getStatus)
            .build();

    static final FactTable<EdgeReport> EDGE_REPORTS = FactTable.telemetry(
                    "raw_edge_reports", EdgeReport.class, EdgeReport::getHeader)
            .text("kind", EdgeReport::getKind)
            .text("version", EdgeReport::getVersion)
            .int64("uptime_ms", EdgeReport::getUptimeMs)
            .int32("open_connections", EdgeReport::getOpenConnections)
            .int32("in_flight_requests", EdgeReport::getInFlightRequests)
            .int32("exit_links", EdgeReport::getExitLinks)
            .int32("exits_online", EdgeReport::getExitsOnline)
            .int64("requests", EdgeReport::getRequests)
            .int64("failures", EdgeReport::getFailures)
            .bool("local_scoring", EdgeReport::getLocalScoring)
            .bool("draining", EdgeReport::getDraining)
            .int64ByText("job_silence_ms", EdgeReport::getJobSilenceMs)
            .texts("applied_topic", EdgeReport::getApplied, AppliedDecisions::getTopic)
            .int64s("applied_job_epoch", EdgeReport::getApplied, AppliedDecisions::getJobEpoch)
            .int64s("applied_counter", EdgeReport::getApplied, AppliedDecisions::getCounter)
            .int64s("applied_at_ms", EdgeReport::getApplied, AppliedDecisions::getAppliedAtMs)
            .int32s("applied_entries", EdgeReport::getApplied, AppliedDecisions::getEntries)
            .int64s("applied_decisions", EdgeReport::getApplied, AppliedDecisions::getApplied)
            .int64s("loop_p50_ms", EdgeReport::getApplied, AppliedDecisions::getLoopP50Ms)
            .int64s("loop_p99_ms", EdgeReport::getApplied, AppliedDecisions::getLoopP99Ms)
            .int64s("loop_max_ms", EdgeReport::getApplied, AppliedDecisions::getLoopMaxMs)
            .texts("published_topic", EdgeReport::getPublished, PublishedTelemetry::getTopic)
            .int64s("published_records", EdgeReport::getPublished, PublishedTelemetry::getPublished)
            .int64s("published_lost", EdgeReport::getPublished, PublishedTelemetry::getLost)
            .int64s("published_spooled_bytes", EdgeReport::getPublished, PublishedTelemetry::getSpooledBytes)
            .int64("heap_used_bytes", EdgeReport::getHeapUsedBytes)
            .int64("direct_memory_bytes", EdgeReport::getDirectMemoryBytes)
            .float64("process_cpu_load", EdgeReport::getProcessCpuLoad)
            .text("group_id", EdgeReport::getGroupId)
            .float64("delivered_bits_per_second", EdgeReport::getDeliveredBitsPerSecond)
            .text("link_address", EdgeReport::getLinkAddress)
            .text("viewer_address", EdgeReport::getViewerAddress)
            .build();

    static final FactTable<EdgeTick> EDGE_TICKS = FactTable.telemetry(
                    "raw_edge_ticks", EdgeTick.class, EdgeTick::getHeader)
            .build();

    static final FactTable<ViewerReport> VIEWER_REPORTS = FactTable.telemetry(
                    "raw_viewer_reports", ViewerReport.class, ViewerReport::getHeader)
            .text("room", ViewerReport::getRoom)
            .int64("viewer_id", ViewerReport::getViewerId)
            .text("observed_prefix", ViewerReport::getObservedPrefix)
            .symbol("protocol", ViewerProtocol.class, ViewerReport::getProtocol)
            .symbol("role", ViewerRole.class, ViewerReport::getRole)
            .int64("interval_ms", ViewerReport::getIntervalMs)
            .int64("watched_ms", ViewerReport::getWatchedMs)
            .int64("first_byte_us", ViewerReport::getFirstByteUs)
            .int64("first_key_us", ViewerReport::getFirstKeyUs)
            .int64("bytes", ViewerReport::getBytes)
            .int32("stalls", ViewerReport::getStalls)
            .int64("stalled_ms", ViewerReport::getStalledMs)
            .int64("lag_max_ms", ViewerReport::getLagMaxMs)
            .int32("skips", ViewerReport::getSkips)
            .int64("skipped_tags", ViewerReport::getSkippedTags)
            .int32("splices", ViewerReport::getSplices)
            .int64("splice_gap_ms", ViewerReport::getSpliceGapMs)
            .int32("pauses", ViewerReport::getPauses)
            .int64("paused_ms", ViewerReport::getPausedMs)
            .int32("renewals", ViewerReport::getRenewals)
            .symbol("close", ViewerClose.class, ViewerReport::getClose)
            .build();

    static final FactTable<LegReport> LEG_REPORTS = FactTable.telemetry(
                    "raw_leg_reports", LegReport.class, LegReport::getHeader)
            .symbol("leg_end", LegEnd.class, LegReport::getEnd)
            .text("room", LegReport::getRoom)
            .text("relay_client_id", LegReport::getRelayClientId)
            .text("relay_server_id", LegReport::getRelayServerId)
            .int64("interval_ms", LegReport::getIntervalMs)
            .int32("viewers", LegReport::getViewers)
            .int32("upstreams", LegReport::getUpstreams)
            .int32("carriers", LegReport::getCarriers)
            .int64("received_bytes", LegReport::getReceivedBytes)
            .int64("spare_bytes", LegReport::getSpareBytes)
            .int64("link_bytes", LegReport::getLinkBytes)
            .int64("viewer_bytes", LegReport::getViewerBytes)
            .int32("promotions", LegReport::getPromotions)
            .int32("splices", LegReport::getSplices)
            .int64("splice_gap_ms", LegReport::getSpliceGapMs)
            .int32("pauses", LegReport::getPauses)
            .int64("paused_ms", LegReport::getPausedMs)
            .int32("silences", LegReport::getSilences)
            .int32("asked", LegReport::getAsked)
            .int32("refused", LegReport::getRefused)
            .int32("lost", LegReport::getLost)
            .int64("rtt_us", LegReport::getRttUs)
            .int64("retransmits", LegReport::getRetransmits)
            .bool("over", LegReport::getOver)
            .bool("published", LegReport::getPublished)
            .int64("delivery_bps", LegReport::getDeliveryBps)
            .bool("delivery_bound", LegReport::getDeliveryBound)
            .int64("carried_bps", LegReport::getCarriedBps)
            .build();

    static final FactTable<LinkReport> LINK_REPORTS = FactTable.telemetry(
                    "raw_link_reports", LinkReport.class, LinkReport::getHeader)
            .text("relay_client_id", LinkReport::getRelayClientId)
            .text("relay_server_id", LinkReport::getRelayServerId)
            .text("address", LinkReport::getAddress)
            .int64("interval_ms", LinkReport::getIntervalMs)
            .int32("place", LinkReport::getPlace)
            .int32("links", LinkReport::getLinks)
            .int32("lost", LinkReport::getLost)
            .int32("rooms", LinkReport::getRooms)
            .int64("rtt_us", LinkReport::getRttUs)
            .build();

    static final FactTable<RelayPlan> RELAY_PLANS = FactTable.log(
                    "relay_plans", RelayPlan.class, RelayPlan::getIssuedAtMs)
            .text("relay_client_id", RelayPlan::getRelayClientId)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", RelayPlan::getIssuedAtMs)
            .int64("policy_version", RelayPlan::getPolicyVersion)
            .texts("parent_id", RelayPlan::getParents, RelayParent::getRelayServerId)
            .texts("parent_address", RelayPlan::getParents, RelayParent::getAddress)
            .float64s("parent_quality", RelayPlan::getParents, RelayParent::getQuality)
            .float64s("parent_rtt_ms", RelayPlan::getParents, RelayParent::getRttMs)
            .float64s("parent_still_share", RelayPlan::getParents, RelayParent::getStillShare)
            .float64s("parent_resent_share", RelayPlan::getParents, RelayParent::getResentShare)
            .float64s("parent_lost_per_hour", RelayPlan::getParents, RelayParent::getLostPerHour)
            .float64s("parent_busy_share", RelayPlan::getParents, RelayParent::getBusyShare)
            .texts("room", RelayPlan::getRooms, RoomParent::getRoom)
            .texts("room_parent_id", RelayPlan::getRooms, RoomParent::getRelayServerId)
            .int32s("room_viewers", RelayPlan::getRooms, RoomParent::getViewers)
            .time("first_since", RelayPlan::getFirstSinceMs)
            .text("reason", RelayPlan::getReason)
            .build();

    static final FactTable<CanaryVerdict> CANARY_VERDICTS = FactTable.log(
                    "canary_verdicts", CanaryVerdict.class, CanaryVerdict::getIssuedAtMs)
            .text("policy_key", CanaryVerdict::getPolicyKey)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", CanaryVerdict::getIssuedAtMs)
            .int64("policy_version", CanaryVerdict::getPolicyVersion)
            .symbol("stage", CanaryStage.class, CanaryVerdict::getStage)
            .time("stage_since", CanaryVerdict::getStageSinceMs)
            .text("reason", CanaryVerdict::getReason)
            .text("author", CanaryVerdict::getAuthor)
            .float64("share", CanaryVerdict::getShare)
            .int32("canary_exits", r -> r.getCanary().getExits())
            .int64("canary_tries_before", r -> r.getCanary().getTriesBefore())
            .int64("canary_tries", r -> r.getCanary().getTries())
            .float64("canary_success_before", r -> r.getCanary().getSuccessBefore())
            .float64("canary_success", r -> r.getCanary().getSuccess())
            .float64("canary_first_byte_ms_before", r -> r.getCanary().getFirstByteMsBefore())
            .float64("canary_first_byte_ms", r -> r.getCanary().getFirstByteMs())
            .int32("control_exits", r -> r.getControl().getExits())
            .int64("control_tries_before", r -> r.getControl().getTriesBefore())
            .int64("control_tries", r -> r.getControl().getTries())
            .float64("control_success_before", r -> r.getControl().getSuccessBefore())
            .float64("control_success", r -> r.getControl().getSuccess())
            .float64("control_first_byte_ms_before", r -> r.getControl().getFirstByteMsBefore())
            .float64("control_first_byte_ms", r -> r.getControl().getFirstByteMs())
            .float64("success_change", r -> r.getSuccessChange().getMean())
            .float64("success_change_lower", r -> r.getSuccessChange().getLower())
            .float64("success_change_upper", r -> r.getSuccessChange().getUpper())
            .float64("latency_ratio", r -> r.getLatencyRatio().getMean())
            .float64("latency_ratio_lower", r -> r.getLatencyRatio().getLower())
            .float64("latency_ratio_upper", r -> r.getLatencyRatio().getUpper())
            .build();

    static final FactTable<ExitScore> EXIT_SCORES = FactTable.log(
                    "exit_scores", ExitScore.class, ExitScore::getIssuedAtMs)
            .text("exit_id", ExitScore::getExitId)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", ExitScore::getIssuedAtMs)
            .int64("policy_version", ExitScore::getPolicyVersion)
            .symbol("state", ExitState.class, ExitScore::getState)
            .float64("quality", ExitScore::getQuality)
            .bool("low_confidence", ExitScore::getLowConfidence)
            .float64("benchmark_term", ExitScore::getBenchmarkTerm)
            .float64("ping_term", ExitScore::getPingTerm)
            .float64("benchmark_ms", ExitScore::getBenchmarkMs)
            .float64("ping_ms", ExitScore::getPingMs)
            .float64("disconnect_mean", r -> r.getDisconnect().getMean())
            .float64("disconnect_lower", r -> r.getDisconnect().getLower())
            .float64("disconnect_upper", r -> r.getDisconnect().getUpper())
            .float64("disconnect_weight", r -> r.getDisconnect().getWeight())
            .float64("success_mean", r -> r.getSuccess().getMean())
            .float64("success_lower", r -> r.getSuccess().getLower())
            .float64("success_upper", r -> r.getSuccess().getUpper())
            .float64("success_weight", r -> r.getSuccess().getWeight())
            .int32("capacity_requests", ExitScore::getCapacityRequests)
            .int32("running_requests", ExitScore::getRunningRequests)
            .int32("available_requests", ExitScore::getAvailableRequests)
            .texts("class_names", ExitScore::getClasses, ClassScore::getTargetClass)
            .float64s("class_quality", ExitScore::getClasses, ClassScore::getQuality)
            .float64s("class_benchmark_ms", ExitScore::getClasses, ClassScore::getBenchmarkMs)
            .float64s("class_success_mean", ExitScore::getClasses, c -> c.getSuccess()
                    .getMean())
            .float64s("class_success_lower", ExitScore::getClasses, c -> c.getSuccess()
                    .getLower())
            .float64s("class_success_upper", ExitScore::getClasses, c -> c.getSuccess()
                    .getUpper())
            .float64s("class_success_weight", ExitScore::getClasses, c -> c.getSuccess()
                    .getWeight())
            .float64s("class_block_rate", ExitScore::getClasses, ClassScore::getBlockRate)
            .float64s("class_traffic_share", ExitScore::getClasses, ClassScore::getTrafficShare)
            .texts("reasons", ExitScore::getReasons)
            .text("trigger", ExitScore::getTrigger)
            .time("trigger_observed_at", ExitScore::getTriggerObservedAtMs)
            .text("trigger_edge_id", ExitScore::getTriggerEdgeId)
            .symbol("pool_type", PoolType.class, ExitScore::getPoolType)
            .int64("asn", ExitScore::getAsn)
            .float64("psi_ms", ExitScore::getPsiMs)
            .float64("omega_ms", ExitScore::getOmegaMs)
            .float64("benchmark_weight", ExitScore::getBenchmarkWeight)
            .float64("ping_weight", ExitScore::getPingWeight)
            .int64("up_since_ms", ExitScore::getUpSinceMs)
            .int64s("stay_horizon_ms", ExitScore::getStays, StayChance::getHorizonMs)
            .float64s("stay_mean", ExitScore::getStays, s -> s.getChance().getMean())
            .float64s("stay_lower", ExitScore::getStays, s -> s.getChance().getLower())
            .float64s("stay_upper", ExitScore::getStays, s -> s.getChance().getUpper())
            .float64s("stay_weight", ExitScore::getStays, s -> s.getChance().getWeight())
            .text("disconnect_basis", ExitScore::getDisconnectBasis)
            .float64("network_success", ExitScore::getNetworkSuccess)
            .texts("failing_targets", ExitScore::getFailingTargets)
            .build();

    static final FactTable<JobHeartbeat> JOB_HEARTBEATS = FactTable.log(
                    "job_heartbeats", JobHeartbeat.class, JobHeartbeat::getIssuedAtMs)
            .text("job", JobHeartbeat::getJob)
            .int64("job_epoch", JobHeartbeat::getJobEpoch)
            .int64("counter", JobHeartbeat::getCounter)
            .time("issued_at", JobHeartbeat::getIssuedAtMs)
            .int64("watermark_ms", JobHeartbeat::getWatermarkMs)
            .int64("policy_version", JobHeartbeat::getPolicyVersion)
            .int64("decisions", JobHeartbeat::getDecisions)
            .int64("keys", JobHeartbeat::getKeys)
            .build();

    static final FactTable<PoolAssignment> POOL_ASSIGNMENTS = FactTable.log(
                    "pool_assignments", PoolAssignment.class, PoolAssignment::getIssuedAtMs)
            .text("exit_id", PoolAssignment::getExitId)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", PoolAssignment::getIssuedAtMs)
            .int64("policy_version", PoolAssignment::getPolicyVersion)
            .text("owner_pool", PoolAssignment::getOwnerPool)
            .int64("owner_until_ms", PoolAssignment::getOwnerUntilMs)
            .int64("lease_ms", PoolAssignment::getLeaseMs)
            .texts("exclusive_domain", PoolAssignment::getExclusiveDomains, ExclusiveDomain::getDomain)
            .texts("exclusive_pool", PoolAssignment::getExclusiveDomains, ExclusiveDomain::getPoolId)
            .int64s("exclusive_until_ms", PoolAssignment::getExclusiveDomains, ExclusiveDomain::getUntilMs)
            .texts(
                    "exclusive_kind",
                    PoolAssignment::getExclusiveDomains,
                    each -> each.getGranted() ? "granted" : "changing hands")
            .texts("member_pool", PoolAssignment::getMemberships, PoolMembership::getPoolId)
            .float64s("member_rank", PoolAssignment::getMemberships, PoolMembership::getRank)
            .int64s("member_since_ms", PoolAssignment::getMemberships, PoolMembership::getSinceMs)
            .texts("member_reason", PoolAssignment::getMemberships, PoolMembership::getReason)
            .texts("change_pool", PoolAssignment::getChanges, PoolChange::getPoolId)
            .texts("change_kind", PoolAssignment::getChanges, c -> c.getJoined() ? "joined" : "left")
            .texts("change_cause", PoolAssignment::getChanges, PoolChange::getCause)
            .texts("change_reason", PoolAssignment::getChanges, PoolChange::getReason)
            .int64s("change_at_ms", PoolAssignment::getChanges, PoolChange::getAtMs)
            .float64s("change_health_before", PoolAssignment::getChanges, PoolChange::getHealthBefore)
            .float64s("change_health_after", PoolAssignment::getChanges, PoolChange::getHealthAfter)
            .int32s("change_members", PoolAssignment::getChanges, PoolChange::getMembers)
            .build();

    static final FactTable<PoolForecast> POOL_FORECASTS = FactTable.log(
                    "pool_forecasts", PoolForecast.class, PoolForecast::getIssuedAtMs)
            .text("pool", PoolForecast::getPoolId)
            .int64("job_epoch", r -> r.getVersion().getJobEpoch())
            .int64("counter", r -> r.getVersion().getCounter())
            .time("issued_at", PoolForecast::getIssuedAtMs)
            .int64("policy_version", PoolForecast::getPolicyVersion)
            .symbol("state", PoolHealth.class, PoolForecast::getState)
            .text("reason", PoolForecast::getReason)
            .text("missing", PoolForecast::getMissing)
            .float64("health", PoolForecast::getHealth)
            .float64("health_foreseen", PoolForecast::getHealthForeseen)
            .float64("min_health", PoolForecast::getMinHealth)
            .int32("members", PoolForecast::getMembers)
            .int32("members_online", PoolForecast::getMembersOnline)
            .int32("members_wanted", PoolForecast::getMembersWanted)
            .int32("capacity_requests", PoolForecast::getCapacityRequests)
            .int32("changes_in_hour", PoolForecast::getChangesInHour)
            .int64("forecast_at_ms", PoolForecast::getForecastAtMs)
            .int32s("ahead_minutes", PoolForecast::getAhead, ForecastAhead::getMinutes)
            .float64s("ahead_unhealthy", PoolForecast::getAhead, ForecastAhead::getUnhealthyProbability)
            .float64s("ahead_shortage", PoolForecast::getAhead, ForecastAhead::getShortageProbability)
            .int32s("quantile_minutes", Foreseen::of, Foreseen::minutes)
            .texts("quantile_measure", Foreseen::of, f -> f.quantiles().getMeasure())
            .float64s("quantile_low", Foreseen::of, f -> f.quantiles().getLow())
            .float64s("quantile_median", Foreseen::of, f -> f.quantiles().getMedian())
            .float64s("quantile_high", Foreseen::of, f -> f.quantiles().getHigh())
            .bool("cold_start", PoolForecast::getColdStart)
            .text("basis", PoolForecast::getBasis)
            .bool("falls_short", PoolForecast::getFallsShort)
            .texts("outcome_measure", PoolForecast::getOutcomes, ForecastOutcome::getMeasure)
            .int32s("outcome_minutes", PoolForecast::getOutcomes, ForecastOutcome::getHorizonMinutes)
            .int64s("outcome_made_at_ms", PoolForecast::getOutcomes, ForecastOutcome::getMadeAtMs)
            .float64s("outcome_low", PoolForecast::getOutcomes, ForecastOutcome::getLow)
            .float64s("outcome_median", PoolForecast::getOutcomes, ForecastOutcome::getMedian)
            .float64s("outcome_high", PoolForecast::getOutcomes, ForecastOutcome::getHigh)
            .float64s("outcome_actual", PoolForecast::getOutcomes, ForecastOutcome::getActual)
            .float64s("outcome_pinball", PoolForecast::getOutcomes, ForecastOutcome::getPinball)
            .float64s("outcome_naive_pinball", PoolForecast::getOutcomes, ForecastOutcome::getNaivePinball)
            .float64s("outcome_scaled_error", PoolForecast::getOutcomes, ForecastOutcome::getScaledError)
            .int64s("foreseen_changed_at_ms", PoolForecast::getForeseen, HealthForeseen::getChangedAtMs)
            .float64s("foreseen_predicted", PoolForecast::getForeseen, HealthForeseen::getPredicted)
            .float64s("foreseen_observed", PoolForecast::getForeseen, HealthForeseen::getObserved)
            .build();

    /** Quantiles of a forecast with the horizon that they are for: a table has no lists in lists. */
    private record Foreseen(int minutes, ForecastQuantiles quantiles) {
        static List<Foreseen> of(PoolForecast forecast) {
            List<Foreseen> all = new ArrayList<>();
            for (ForecastAhead ahead : forecast.getAhead()) {
                ahead.getQuantiles().forEach(each -> all.add(new Foreseen(ahead.getMinutes(), each)));
            }
            return all;
        }
    }

    static final FactTable<ConfigChanged> CONFIG_HISTORY = FactTable.log(
                    "config_history", ConfigChanged.class, r -> r.getAuthorship()
                            .getWrittenAtMs())
            .text("config_topic", ConfigChanged::getTopic)
            .text("config_key", ConfigChanged::getKey)
            .text("author", r -> r.getAuthorship().getAuthor())
            .text("reason", r -> r.getAuthorship().getReason())
            .time("written_at", r -> r.getAuthorship().getWrittenAtMs())
            .int64("revision", r -> r.getAuthorship().getRevision())
            .int64("config_offset", ConfigChanged::getOffset)
            .bytes("value", ConfigChanged::getValue)
            .text("json", ConfigChanged::getJson)
            .build();

    static final FactTable<ConfigRejected> CONFIG_REJECTED = FactTable.log(
                    "config_rejected", ConfigRejected.class, ConfigRejected::getRejectedAtMs)
            .text("config_topic", ConfigRejected::getTopic)
            .text("config_key", ConfigRejected::getKey)
            .int32("config_partition", ConfigRejected::getPartition)
            .int64("config_offset", ConfigRejected::getOffset)
            .text("rejected_by", ConfigRejected::getRejectedBy)
            .time("rejected_at", ConfigRejected::getRejectedAtMs)
            .text("author", ConfigRejected::getAuthor)
            .texts("violations", ConfigRejected::getViolations)
            .bytes("value", ConfigRejected::getValue)
            .build();

    static final FactTable<DeadLetter> DEAD_LETTERS = FactTable.log(
                    "dead_letters", DeadLetter.class, DeadLetter::getFailedAtMs)
            .text("source_topic", DeadLetter::getTopic)
            .int32("source_partition", DeadLetter::getPartition)
            .int64("source_offset", DeadLetter::getOffset)
            .time("broker_time", DeadLetter::getBrokerTimeMs)
            .text("reason", DeadLetter::getReason)
            .text("read_by", DeadLetter::getReadBy)
            .time("failed_at", DeadLetter::getFailedAtMs)
            .bytes("record_key", DeadLetter::getKey)
            .bytes("value", DeadLetter::getValue)
            .int64("value_bytes", DeadLetter::getValueBytes)
            .build();

    private static final List<FactTable<?>> ALL = listed(
            EXIT_CONNECTED,
            EXIT_DISCONNECTED,
            EXIT_HEARTBEATS,
            EXIT_BENCHMARKS,
            ATTEMPTS,
            REQUESTS,
            OUTCOMES,
            EDGE_REPORTS,
            EDGE_TICKS,
            EXIT_SCORES,
            JOB_HEARTBEATS,
            CONFIG_HISTORY,
            CONFIG_REJECTED,
            DEAD_LETTERS,
            POOL_ASSIGNMENTS,
            POOL_FORECASTS,
            VIEWER_REPORTS,
            LEG_REPORTS,
            LINK_REPORTS,
            RELAY_PLANS,
            CANARY_VERDICTS);

    private static List<FactTable<?>> listed(FactTable<?>... ofThis) {
        List<FactTable<?>> all = new ArrayList<>(List.of(ofThis));
        all.addAll(MapTables.all());
        return List.copyOf(all);
    }

    private FactTables() {}

    /** Every table, in a fixed order: a row names its table by its place in here. */
    public static List<FactTable<?>> all() {
        return ALL;
    }

    /** Topics of the catalogue that carry facts. */
    static List<TopicSpec> topics() {
        return Topics.all().stream().filter(topic -> !ordinals(topic).isEmpty()).toList();
    }

    /** Which table (its place in {@link #all()}) each record class of a topic goes to. */
    static Map<Class<?>, Integer> ordinals(TopicSpec topic) {
        Map<Class<?>, Integer> ordinals = new HashMap<>();
        for (int i = 0; i < ALL.size(); i++) {
            if (topic.records().contains(ALL.get(i).record())) {
                ordinals.put(ALL.get(i).record(), i);
            }
        }
        return ordinals;
    }
}
