package io.fairlead.proxy.upstream;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where a password is found: {@code env:NAME}, {@code file:PATH}, or {@code file:PATH#ENTRY} for the line {@code ENTRY=password} of
 * a file of many. Whoever writes records must not be able to make an edge send anything that it can read to a proxy of his own:
 * variables must begin with {@value #VARIABLE_PREFIX}, and files lie below a directory that the edge's operator names.
 */
public sealed interface SecretReference {

    /** Names of environment variables that may hold passwords begin with it. */
    String VARIABLE_PREFIX = "UPSTREAM_";

    /** No password. */
    record None() implements SecretReference {}

    /** The value of an environment variable. */
    record Variable(String name) implements SecretReference {}

    /**
     * The text of a file without the end of its last line.
     *
     * @param path relative to the directory of secrets, or absolute and below it
     */
    record WholeFile(Path path) implements SecretReference {}

    /** One line of a file. */
    record FileEntry(Path path, String entry) implements SecretReference {}

    /** Reads one; empty: none. Throws {@link IllegalArgumentException} that says what is wrong, without the text if that might be a password. */
    static SecretReference parse(String text) {
        if (text.isEmpty()) {
            return new None();
        }
        if (text.startsWith("env:")) {
            String name = text.substring(4);
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || !name.startsWith(VARIABLE_PREFIX)) {
                throw new IllegalArgumentException("secretReference '" + text
                        + "' names no environment variable that may hold a password; its name must begin with "
                        + VARIABLE_PREFIX);
            }
            return new Variable(name);
        }
        if (text.startsWith("file:")) {
            int hash = text.indexOf('#');
            String path = text.substring(5, hash < 0 ? text.length() : hash);
            try {
                if (path.isEmpty() || hash == text.length() - 1) {
                    throw new IllegalArgumentException("secretReference '" + text
                            + "' lacks a path or an entry; write file:PATH or file:PATH#ENTRY");
                }
                return hash < 0 ? new WholeFile(Path.of(path)) : new FileEntry(Path.of(path), text.substring(hash + 1));
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("secretReference '" + text + "' is no path: " + e.getReason(), e);
            }
        }
        throw new IllegalArgumentException(
                "secretReference is neither env:NAME nor file:PATH (it is not shown: it may be the password itself)");
    }
}
