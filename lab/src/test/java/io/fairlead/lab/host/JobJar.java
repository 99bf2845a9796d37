package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Compiles a small job against the class path of the Flink host, which the lab's own tests don't have. */
final class JobJar {
    private JobJar() {}

    static Path of(String job, Path directory) throws IOException {
        Path source = directory.resolve(job + ".java");
        try (InputStream text = JobJar.class.getResourceAsStream(job + ".txt")) {
            Files.copy(text, source);
        }
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Path libraries = ProjectHome.find().directory().resolve("lab/hosts/flink/target/lib");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled;
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                Stream<Path> jars = Files.list(libraries)) {
            String classPath = String.join(":", jars.map(Path::toString).toList());
            List<String> options = List.of("-cp", classPath, "-d", classes.toString(), "--release", "17", "-proc:none");
            compiled = compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(source))
                    .call();
        }
        assertThat(compiled).as(said.toString()).isTrue();
        Path jar = directory.resolve(job + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar;
    }
}
