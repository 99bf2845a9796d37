package io.fairlead.lab.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who may know whom. A rule that finds no class to hold to fails, so that none can rot into silence. */
class ModuleRulesTest {

    private static final String FLINK = "org.apache.flink..";
    private static final String NETTY = "io.netty..";
    private static final String KAFKA = "org.apache.kafka..";
    private static final String AVRO = "org.apache.avro..";

    private static final String SCHEMAS = "io.fairlead.schemas..";
    private static final String MODEL = "io.fairlead.model..";
    private static final String EDGE_KIT = "io.fairlead.edge..";
    private static final String PROXY = "io.fairlead.proxy..";
    private static final String RELAY = "io.fairlead.relay..";
    private static final String NAME_SERVER = "io.fairlead.nameserver..";
    private static final String JOBS = "io.fairlead.jobs..";
    private static final String DASHBOARDS = "io.fairlead.dashboards..";
    private static final String CLI = "io.fairlead.cli..";
    private static final String LAB = "io.fairlead.lab..";
    private static final String HOSTS = "io.fairlead.host..";

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.fairlead");

    @Test
    void flinkAndNettyNeverMeetOutsideTheLab() {
        check(
                noClasses().that().resideInAnyPackage(EDGE_KIT, PROXY, RELAY, NAME_SERVER, CLI, DASHBOARDS, SCHEMAS),
                FLINK);
        check(noClasses().that().resideInAnyPackage(JOBS, SCHEMAS, DASHBOARDS), NETTY);
    }

    @Test
    void schemasKnowAvroAndNobodyElse() {
        check(
                noClasses().that().resideInAPackage(SCHEMAS),
                KAFKA,
                FLINK,
                NETTY,
                EDGE_KIT,
                PROXY,
                RELAY,
                JOBS,
                DASHBOARDS,
                CLI,
                LAB);
    }

    @Test
    void onlyTheRoomsThatTranslateKnowContractAndModel() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage(SCHEMAS)
                        .and()
                        .resideOutsideOfPackages(
                                "io.fairlead.schemas.policies",
                                "io.fairlead.schemas.pools",
                                "io.fairlead.schemas.groups"),
                MODEL);
    }

    @Test
    void jobsKnowNoEdgeAndDashboardsKnowNeither() {
        check(
                noClasses().that().resideInAPackage(JOBS),
                EDGE_KIT,
                PROXY,
                RELAY,
                NAME_SERVER,
                DASHBOARDS,
                CLI,
                LAB,
                HOSTS);
        check(
                noClasses().that().resideInAPackage(DASHBOARDS),
                EDGE_KIT,
                PROXY,
                RELAY,
                NAME_SERVER,
                JOBS,
                CLI,
                LAB,
                HOSTS);
    }

    @Test
    void theEdgeKitKnowsTheContractAndNobodyElse() {
        check(
                noClasses().that().resideInAPackage(EDGE_KIT),
                MODEL,
                PROXY,
                RELAY,
                NAME_SERVER,
                JOBS,
                DASHBOARDS,
                CLI,
                LAB,
                HOSTS);
    }

    @Test
    void edgesKnowNoJobAndNotEachOther() {
        check(noClasses().that().resideInAPackage(PROXY), RELAY, NAME_SERVER, JOBS, DASHBOARDS, CLI, LAB, HOSTS);
        check(noClasses().that().resideInAPackage(RELAY), PROXY, NAME_SERVER, JOBS, DASHBOARDS, CLI, LAB, HOSTS);
        check(noClasses().that().resideInAPackage(NAME_SERVER), PROXY, RELAY, JOBS, DASHBOARDS, CLI, LAB, HOSTS);
    }

    @Test
    void theCommandLineShipsNoBrokerAndNoFlink() {
        check(
                noClasses().that().resideInAPackage(CLI),
                FLINK,
                "kafka..",
                "org.apache.kafka.server..",
                JOBS,
                LAB,
                HOSTS);
    }

    @Test
    void nobodyDependsOnTheLab() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(SCHEMAS, EDGE_KIT, PROXY, RELAY, NAME_SERVER, JOBS, DASHBOARDS, CLI),
                LAB,
                HOSTS);
    }

    @Test
    void theModelIsPure() {
        assertThat(classes.stream().filter(type -> type.getPackageName().startsWith("io.fairlead.model")))
                .as("classes of the model")
                .isNotEmpty();
        check(noClasses().that().resideInAPackage(MODEL), KAFKA, FLINK, NETTY, AVRO, "io.fairlead.schemas..");
        noClasses()
                .that()
                .resideInAPackage(MODEL)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(classes);
    }

    private void check(com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction who, String... whom) {
        ArchRule rule = who.should().dependOnClassesThat().resideInAnyPackage(whom);
        rule.check(classes);
    }
}
