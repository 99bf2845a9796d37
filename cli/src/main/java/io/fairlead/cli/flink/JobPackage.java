package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A jar with jobs in it, as its manifest says.
 *
 * @param version of Fairlead; empty: it does not say
 * @param flinkVersion that it was built against; empty: it does not say
 */
record JobPackage(Path file, String version, String flinkVersion) {

    private static final Pattern RELEASE = Pattern.compile("(\\d+\\.\\d+)\\b.*");

    /** @throws UserError if it can't be read, or has no such class */
    static JobPackage read(Path file, String entryClass) {
        if (!Files.isReadable(file)) {
            throw new UserError("The job jar " + file
                    + " can't be read; ./fairlead build makes jobs/target/fairlead-jobs-VERSION-flink.jar.");
        }
        try (JarFile jar = new JarFile(file.toFile())) {
            if (jar.getEntry(entryClass.replace('.', '/') + ".class") == null) {
                throw new UserError(file + " has no class " + entryClass
                        + ": it is no job jar, or one of a version without this job.");
            }
            Manifest manifest = jar.getManifest();
            Attributes told = manifest == null ? new Attributes() : manifest.getMainAttributes();
            return new JobPackage(file, said(told, "Implementation-Version"), said(told, "Flink-Version"));
        } catch (IOException e) {
            throw new UserError(file + " is no jar: " + e.getMessage() + ".", e);
        }
    }

    /** Refuses a jar that the cluster can't run: between releases of Flink, classes that jobs use come and go. */
    void requireFlink(FlinkCluster cluster) {
        if (!flinkVersion.isEmpty() && !release(flinkVersion).equals(release(cluster.version()))) {
            throw new UserError("The jar " + file + " is built for Flink " + release(flinkVersion)
                    + ", and the cluster runs " + cluster.version() + ". Take a cluster of Flink "
                    + release(flinkVersion)
                    + ", or a jar that is built for this one.");
        }
    }

    /**
     * Refuses a jar of another version than this command.
     *
     * @param own version of this command; null: built from source, which is not compared
     */
    void requireVersion(@Nullable String own) {
        if (own != null && !version.isEmpty() && !version.equals(own)) {
            throw new UserError("The jar " + file + " is Fairlead " + version + ", this command " + own
                    + ". Take the command of the same version, or say --other-version if that is meant.");
        }
    }

    private static String said(Attributes told, String name) {
        String value = told.getValue(name);
        return value == null ? "" : value;
    }

    private static String release(String version) {
        Matcher matcher = RELEASE.matcher(version);
        return matcher.matches() ? matcher.group(1) : version;
    }
}
