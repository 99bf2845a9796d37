package io.fairlead.lab.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.lab.bench.relay.NodeMediaServer;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.PullSettings;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Other people's programs on either side of relays: a media server, a cache, a player. */
@Timeout(300)
class ForeignPeersTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    // ---- a media server

    @Test
    void whatNodeMediaServerSendsIsPulledAndWatchedFrameForFrame() throws Exception {
        demand("node");
        demand("npm");
        InetSocketAddress itsHttp = free();
        InetSocketAddress itsRtmp = free();
        Process mediaServer = started(NodeMediaServer.command(directory, itsHttp, itsRtmp), "node-media-server");
        Process publishing = null;
        try (RelayServer relay = RelayServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new RoomBook(Map.of()),
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                PullSettings.of(URI.create("http://127.0.0.1:" + itsHttp.getPort())),
                System::nanoTime)) {
            await().atMost(PATIENCE).until(() -> takes(itsHttp) && takes(itsRtmp));
            publishing =
                    Recording.publish(Recording.encode(directory), "rtmp://127.0.0.1:" + itsRtmp.getPort() + "/live/a");
            Path recorded = directory.resolve("recorded.flv");
            run(
                    "ffmpeg",
                    "-nostdin",
                    "-loglevel",
                    "error",
                    "-i",
                    "http://127.0.0.1:" + relay.address().getPort() + "/live/a.flv",
                    "-t",
                    "3",
                    "-c",
                    "copy",
                    recorded.toString());
            whole(recorded, 40);
        } finally {
            end(publishing);
            end(mediaServer);
        }
    }

    // ---- a cache

    /** As docs/relay.md has it: the first address is kept for some seconds, so that those behind the cache are one viewer; the rest as the relay client says. */
    @Test
    void behindNginxTheSecondViewerIsServedFromTheCache() throws Exception {
        demand("nginx");
        InetSocketAddress address = free();
        try (LivePair live = new LivePair(directory)) {
            Process nginx = started(
                    List.of(program("nginx"), "-p", directory.toString(), "-c", configuration(address, live)), "nginx");
            try {
                await().atMost(PATIENCE).until(() -> takes(address));
                URI entry = URI.create("http://127.0.0.1:" + address.getPort() + "/live/a.m3u8");
                URI playlist = entry.resolve(lastLine(entered(entry)));
                HttpResponse<String> first = listed(playlist);
                URI segment = playlist.resolve(firstSegment(first.body()));
                HttpResponse<byte[]> fetched = get(segment);
                assertThat(cached(fetched)).isEqualTo("MISS");
                assertThat(fetched.headers().firstValue("cache-control")).hasValue("max-age=60");

                assertThat(playlist).as("the second viewer's").isEqualTo(entry.resolve(lastLine(entered(entry))));
                HttpResponse<byte[]> again = get(segment);
                assertThat(cached(again)).isEqualTo("HIT");
                assertThat(again.body()).isEqualTo(fetched.body());
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(listed(playlist).body())
                                .as("a playlist is not kept beyond its life")
                                .isNotEqualTo(first.body()));

                Path recorded = directory.resolve("recorded.ts");
                run(
                        "ffmpeg",
                        "-nostdin",
                        "-loglevel",
                        "error",
                        "-i",
                        entry.toString(),
                        "-t",
                        "3",
                        "-c",
                        "copy",
                        recorded.toString());
                whole(recorded, 3_600);
            } finally {
                end(nginx);
            }
        }
    }

    private String configuration(InetSocketAddress address, LivePair live) throws IOException {
        Path file = directory.resolve("nginx.conf");
        Files.writeString(file, """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log nginx.err;
                events { worker_connections 256; }
                http {
                  access_log off;
                  client_body_temp_path body;
                  proxy_temp_path proxy;
                  fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi;
                  scgi_temp_path scgi;
                  proxy_cache_path cache keys_zone=live:1m;
                  proxy_cache live;
                  proxy_cache_lock on;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  add_header X-Cache $upstream_cache_status;
                  server {
                    listen 127.0.0.1:%d;
                    location / { proxy_pass http://127.0.0.1:%d; }
                    location ~ ^/live/[^/]+\\.m3u8$ {
                      proxy_pass http://127.0.0.1:%d;
                      proxy_ignore_headers Cache-Control;
                      proxy_cache_valid 200 10m;
                    }
                  }
                }
                """.formatted(
                        address.getPort(),
                        live.client.address().getPort(),
                        live.client.address().getPort()));
        return file.toString();
    }

    /** The multivariant playlist, once somebody publishes. */
    private String entered(URI entry) {
        await().atMost(PATIENCE).until(() -> get(entry).statusCode() == 200);
        return await().atMost(PATIENCE).until(() -> text(get(entry)), said -> said.startsWith("#EXTM3U"));
    }

    /** The playlist, once it has a segment. */
    private HttpResponse<String> listed(URI playlist) {
        return await().atMost(PATIENCE)
                .until(
                        () -> http.send(HttpRequest.newBuilder(playlist).build(), BodyHandlers.ofString()),
                        said -> said.body().contains("#EXTINF"));
    }

    private static String firstSegment(String playlist) {
        List<String> lines = playlist.lines().toList();
        for (int each = 0; each < lines.size(); each++) {
            if (lines.get(each).startsWith("#EXTINF")) {
                return lines.stream()
                        .skip(each)
                        .filter(line -> !line.startsWith("#"))
                        .findFirst()
                        .orElseThrow();
            }
        }
        throw new AssertionError("no segment in " + playlist);
    }

    private static String lastLine(String playlist) {
        List<String> lines = playlist.lines().toList();
        return lines.get(lines.size() - 1);
    }

    private HttpResponse<byte[]> get(URI address) throws Exception {
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String cached(HttpResponse<?> answer) {
        return answer.headers().firstValue("x-cache").orElse("no word of a cache");
    }

    // ---- a player

    @Test
    void mpvPlaysEveryForm() throws Exception {
        demand("mpv");
        try (LivePair live = new LivePair(directory)) {
            await().atMost(PATIENCE)
                    .until(() -> get(URI.create(live.behindClient(".m3u8"))).statusCode() == 200);
            for (String form : List.of(".flv", ".ts", ".m3u8")) {
                String said = run(
                        "mpv",
                        "--no-config",
                        "--vo=null",
                        "--ao=null",
                        "--frames=30",
                        "--term-playing-msg=plays ${video-codec} and ${audio-codec-name}",
                        "--msg-level=all=error,cplayer=info,term-msg=info",
                        live.behindClient(form));
                assertThat(said).as("of %s", form).contains("plays h264").contains("and aac");
            }
        }
    }

    // ---- programs

    /** Skips where it is not installed; the script that runs the tests installs it or says so. */
    private static void demand(String program) {
        Assumptions.assumeTrue(Files.isExecutable(Path.of(program(program))), program + " is not installed");
    }

    private static String program(String name) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)), Stream.of("/usr/sbin"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(name);
    }

    private Process started(List<String> line, String name) throws IOException {
        return new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
    }

    private static void end(Process process) throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** To its end, which must be a good one. */
    private String run(String... line) throws Exception {
        Path said = Files.createTempFile(directory, line[0], ".log");
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(ended)
                    .as("%s ends; it said: %s", line[0], Files.readString(said))
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(said)).isZero();
            return Files.readString(said);
        } finally {
            end(process);
        }
    }

    /** Frames follow each other by one step of the clock each, but for where the recording may have begun anew, and all can be decoded. */
    private void whole(Path recorded, long step) throws Exception {
        List<Long> times = run(
                        "ffprobe",
                        "-loglevel",
                        "error",
                        "-select_streams",
                        "v",
                        "-show_entries",
                        "packet=dts",
                        "-of",
                        "csv=p=0",
                        recorded.toString())
                .lines()
                .map(line -> line.replace(",", "").strip())
                .filter(line -> !line.isEmpty())
                .map(Long::valueOf)
                .toList();
        assertThat(times).hasSizeGreaterThan(50);
        List<Long> others = IntStream.range(1, times.size())
                .mapToObj(each -> times.get(each) - times.get(each - 1))
                .filter(each -> each != step)
                .toList();
        assertThat(others).as("other steps").hasSizeLessThan(2).allMatch(each -> each > 0 && each < 2 * step);
        assertThat(run("ffmpeg", "-nostdin", "-v", "error", "-i", recorded.toString(), "-f", "null", "-"))
                .as("what the decoder complains of")
                .isEmpty();
    }

    private static boolean takes(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static InetSocketAddress free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }
    }
}
