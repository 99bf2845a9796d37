package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineLibraryTest {
    private static final String FINAL_NAME = "clickhouse/26.7.3-stable.1/libchdb.so";

    @TempDir
    Path directory;

    private final List<String> notices = new ArrayList<>();

    @Test
    void missingNpmIsNamedWithTheCommandThatInstallsIt() {
        assertThatThrownBy(() -> library("no-such-npm").path())
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("apt-get install no-such-npm")
                .hasMessageContaining("--clickhouse URL");
    }

    @Test
    void forgedArchiveIsRefusedAndLeavesNothingUnderTheFinalName() throws Exception {
        Path npm = npm("echo forged > \"$4/forged.tgz\"");

        assertThatThrownBy(() -> library(npm.toString()).path())
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("is not what was published")
                .hasMessageContaining("SHA-256");
        assertThat(directory.resolve(FINAL_NAME)).doesNotExist();
    }

    @Test
    void failedDownloadSaysWhatNpmSaid() throws Exception {
        Path npm = npm("echo 'npm error network ETIMEDOUT' >&2; exit 7");

        assertThatThrownBy(() -> library(npm.toString()).path())
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("exit code 7")
                .hasMessageContaining("npm error network ETIMEDOUT");
    }

    @Test
    void halfALibraryIsNotMistakenForAWholeOne() throws Exception {
        Path half = directory.resolve(FINAL_NAME);
        Files.createDirectories(half.getParent());
        Files.writeString(half, "half");
        Path npm = npm("exit 7");

        assertThatThrownBy(() -> library(npm.toString()).path()).hasMessageContaining("exit code 7");
    }

    @Test
    void callersAtOnceFetchOneAfterTheOther() throws Exception {
        Path busy = directory.resolve("busy");
        Path npm = npm("mkdir '" + busy + "' || exit 9; sleep 0.1; rmdir '" + busy + "'; exit 7");

        List<CompletableFuture<String>> callers = new ArrayList<>();
        for (int caller = 0; caller < 4; caller++) {
            callers.add(CompletableFuture.supplyAsync(() -> failureOf(library(npm.toString()))));
        }

        assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).contains("exit code 7"));
    }

    @Test
    void otherPlatformsAreToldToNameAServer() {
        assertThatThrownBy(() -> EngineLibrary.requirePlatform("Mac OS X", "aarch64"))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("this is Mac OS X on aarch64")
                .hasMessageContaining("--clickhouse URL");
        assertThatThrownBy(() -> EngineLibrary.requirePlatform("Linux", "aarch64"))
                .isInstanceOf(HostFailure.class);
    }

    private static String failureOf(EngineLibrary library) {
        try {
            return library.path().toString();
        } catch (HostFailure failure) {
            return failure.getMessage();
        }
    }

    private EngineLibrary library(String npm) {
        return new EngineLibrary(directory, npm, notices::add);
    }

    private Path npm(String script) throws Exception {
        Path npm = directory.resolve("npm.sh");
        Files.writeString(npm, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(npm, PosixFilePermissions.fromString("rwx------"));
    }
}
