package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.link.Site;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A GiB up and a GiB down by curl, through a link with windows: no byte is lost, and no buffer grows with it. */
@Timeout(300)
@Tag("loop")
class GibibyteTest {

    private static final int BLOCK_BYTES = 1 << 20;
    private static final int BLOCKS = 1 << 10;
    private static final long BYTES = (long) BLOCKS * BLOCK_BYTES;

    @TempDir
    private Path directory;

    @Test
    void upAndDownArriveWhole() throws Exception {
        Path file = directory.resolve("gibibyte");
        long checksum;
        try (OutputStream out = Files.newOutputStream(file)) {
            checksum = write(out);
        }
        try (FrontRig rig = new FrontRig();
                Site site = new Site(GibibyteTest::serve)) {
            rig.exit("exit-01");
            String url = "http://127.0.0.1:" + site.address().getPort() + "/";
            assertThat(said(rig, "-T", file.toString(), url)).isEqualTo(Long.toHexString(checksum));
            Files.delete(file);
            Path down = directory.resolve("down");
            assertThat(said(rig, "-o", down.toString(), url)).isEmpty();
            try (InputStream in = Files.newInputStream(down)) {
                assertThat(read(in)).isEqualTo(checksum);
            }
            assertThat(Files.size(down)).isEqualTo(BYTES);
            assertThat(rig.requests).hasSize(2);
            assertThat(rig.requests.get(0).getBytesUp()).isGreaterThan(BYTES);
            assertThat(rig.requests.get(1).getBytesDown()).isGreaterThan(BYTES);
        }
    }

    private static String said(FrontRig rig, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("--max-time", "240", "-x", "http://" + rig.address(), "-U", FrontRig.USER, "-H", "Expect:"));
        all.addAll(List.of(arguments));
        Process curl = Curl.start(all);
        String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(curl.waitFor()).as("curl's exit code").isZero();
        return said;
    }

    private static void serve(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        for (String head = WebSite.readHead(in); !head.isEmpty(); head = WebSite.readHead(in)) {
            if (head.startsWith("PUT")) {
                out.write(WebSite.ok(Long.toHexString(read(in))));
            } else {
                out.write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\n\r\n"));
                write(out);
            }
        }
    }

    /** Writes a GiB, of which no block is like another; gives its checksum. */
    private static long write(OutputStream out) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        new Random(1).nextBytes(block);
        CRC32C checksum = new CRC32C();
        for (int i = 0; i < BLOCKS; i++) {
            ByteBuffer.wrap(block).putInt(i);
            checksum.update(block);
            out.write(block);
        }
        return checksum.getValue();
    }

    private static long read(InputStream in) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        CRC32C checksum = new CRC32C();
        for (long left = BYTES; left > 0; ) {
            int length = in.read(block, 0, (int) Math.min(block.length, left));
            if (length < 0) {
                throw new IOException("the end came " + left + " bytes too early");
            }
            checksum.update(block, 0, length);
            left -= length;
        }
        return checksum.getValue();
    }
}
