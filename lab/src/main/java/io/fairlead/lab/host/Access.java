package io.fairlead.lab.host;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;

/**
 * The passwords of one embedded ClickHouse: made once, kept beside its data in a file that only its owner may read.
 *
 * @param fairlead password of the user that owns the tables
 * @param reader password of the user that may only read them
 */
record Access(String fairlead, String reader) {
    private static final String FILE = "access.properties";
    private static final int SECRET_BYTES = 16;

    static Access of(Path data) throws IOException {
        Path file = data.resolve(FILE);
        Properties access = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                access.load(reader);
            }
            return new Access(access.getProperty("fairlead"), access.getProperty("reader"));
        }
        Files.createDirectories(data);
        access.setProperty("fairlead", secret());
        access.setProperty("reader", secret());
        Path whole = Files.createTempFile(
                data, FILE, ".new", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Writer writer = Files.newBufferedWriter(whole)) {
            access.store(writer, "Passwords of the embedded ClickHouse");
        }
        Files.move(whole, file);
        return new Access(access.getProperty("fairlead"), access.getProperty("reader"));
    }

    private static String secret() {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    @Override
    public String toString() {
        return "Access[secret]";
    }
}
