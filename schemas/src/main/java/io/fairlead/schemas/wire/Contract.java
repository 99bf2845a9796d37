package io.fairlead.schemas.wire;

import io.fairlead.schemas.config.BenchmarkPolicy;
import io.fairlead.schemas.config.CapacityPolicy;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.ForecastPolicy;
import io.fairlead.schemas.config.MapPolicy;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.config.PolitenessPolicy;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.config.PoolPolicy;
import io.fairlead.schemas.config.QualityPolicy;
import io.fairlead.schemas.config.RelayPolicy;
import io.fairlead.schemas.config.RoomDefinition;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.RelayPlan;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.telemetry.BeaconAsked;
import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.EdgeTick;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.LinkReport;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.ViewerReport;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Every record that may stand alone on a topic, and the Avro model they share.
 *
 * <p>Avro 1.12.2 refuses to load a record class until it is trusted. This class trusts the contract's own package, and
 * nothing else beside Avro's defaults, before the first record is read; it lies on the way of both the encoder and the
 * reader, so a process (or a class loader, as in a Flink job) needs no setting for it.
 */
public final class Contract {

    private static final String CONTRACT_PACKAGE = "io.fairlead.schemas.";

    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(), type -> type.getName().startsWith(CONTRACT_PACKAGE)));
    }

    private static final SpecificData MODEL = model();

    private static final List<Class<? extends SpecificRecord>> RECORDS = List.of(
            ExitConnected.class,
            ExitDisconnected.class,
            ExitHeartbeat.class,
            ExitBenchmarked.class,
            ProxiedAttempt.class,
            ProxiedRequest.class,
            TargetOutcome.class,
            EdgeReport.class,
            ResolverTally.class,
            ResolverRtt.class,
            BeaconAsked.class,
            BeaconFetched.class,
            ViewerReport.class,
            LegReport.class,
            LinkReport.class,
            EdgeTick.class,
            QualityPolicy.class,
            CapacityPolicy.class,
            BenchmarkPolicy.class,
            PolitenessPolicy.class,
            PoolPolicy.class,
            ForecastPolicy.class,
            MapPolicy.class,
            RelayPolicy.class,
            PolicyCanary.class,
            PoolDefinition.class,
            Tenant.class,
            ExitOverride.class,
            DeliveryGroup.class,
            RoomDefinition.class,
            ConfigChanged.class,
            ConfigRejected.class,
            ExitScore.class,
            PoolAssignment.class,
            PoolForecast.class,
            ResolverPopularity.class,
            MapEntry.class,
            GroupPrice.class,
            MapState.class,
            RelayPlan.class,
            CanaryVerdict.class,
            JobHeartbeat.class,
            DeadLetter.class);

    private Contract() {}

    /** Classes of all records that may stand alone on a topic. */
    public static List<Class<? extends SpecificRecord>> records() {
        return RECORDS;
    }

    /** This version's schema of a record class. */
    public static Schema schema(Class<? extends SpecificRecord> record) {
        return MODEL.getSchema(record);
    }

    static SpecificData model() {
        SpecificData model = new SpecificData(Contract.class.getClassLoader());
        model.setCustomCoders(true);
        return model;
    }
}
