package io.fairlead.cli.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobPackageTest {

    private static final String JOB = "io.fairlead.jobs.quality.QualityJob";

    @TempDir
    Path directory;

    @Test
    void aJarOfAnotherVersionIsRefusedWithBoth() throws IOException {
        JobPackage jar = JobPackage.read(jar("1.4.0", "2.3.0"), JOB);
        assertThatCode(() -> jar.requireVersion("1.4.0")).doesNotThrowAnyException();
        assertThatThrownBy(() -> jar.requireVersion("1.5.0"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is Fairlead 1.4.0, this command 1.5.0")
                .hasMessageContaining("--other-version");
    }

    @Test
    void aJarForAnotherFlinkIsRefusedButNotForAnotherPatchOfIt() throws IOException {
        JobPackage jar = JobPackage.read(jar("1.4.0", "2.3.0"), JOB);
        assertThatCode(() -> jar.requireFlink(cluster("2.3.7"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> jar.requireFlink(cluster("2.4.0")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is built for Flink 2.3, and the cluster runs 2.4.0");
    }

    @Test
    void whatIsNoJobJarIsSaidWithItsName() throws IOException {
        Path text = Files.writeString(directory.resolve("notes.jar"), "no jar");
        assertThatThrownBy(() -> JobPackage.read(text, JOB))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("notes.jar is no jar");
        assertThatThrownBy(() -> JobPackage.read(directory.resolve("absent.jar"), JOB))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("absent.jar can't be read");
        Path other = jar("1.4.0", "2.3.0");
        assertThatThrownBy(() -> JobPackage.read(other, "io.fairlead.jobs.moon.MoonJob"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("has no class io.fairlead.jobs.moon.MoonJob");
        assertThat(JobPackage.read(other, JOB).version()).isEqualTo("1.4.0");
    }

    private static FlinkCluster cluster(String version) {
        return new FlinkCluster(version, 1, 4, 4, 0);
    }

    private Path jar(String version, String flink) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
        manifest.getMainAttributes().putValue("Flink-Version", flink);
        Path file = directory.resolve("jobs.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            jar.putNextEntry(new JarEntry(JOB.replace('.', '/') + ".class"));
        }
        return file;
    }
}
