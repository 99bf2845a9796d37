package io.fairlead.cli.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Client of a Flink cluster's REST interface, the same for the lab's and for a real one.
 *
 * <p>Safe for several threads. Every call blocks for at most a minute; those that wait for a savepoint, for as long as the caller
 * allows. What the cluster refuses is a {@link FlinkRestException} with its own words, what can't be reached another {@link
 * IOException}.
 */
public final class FlinkRest {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(60);
    private static final long POLL_INTERVAL_MS = 100;
    private static final int MESSAGE_CHARS = 2_000;
    private static final String TOLD_JAR = "fairlead.jar";
    private static final String TOLD_CLASS = "fairlead.entry-class";
    private static final String TOLD_ARGUMENTS = "fairlead.arguments";
    private static final String TOLD_CONFIGURATION = "fairlead.configuration";

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
    private final String base;

    /** @param base such as {@code http://127.0.0.1:8081}, with or without a slash at its end */
    public FlinkRest(URI base) {
        this.base = base.toString().replaceAll("/+$", "");
    }

    public FlinkCluster cluster() throws IOException, InterruptedException {
        JsonNode overview = get("/overview");
        return new FlinkCluster(
                overview.path("flink-version").asText(),
                overview.path("taskmanagers").asInt(),
                overview.path("slots-total").asInt(),
                overview.path("slots-available").asInt(),
                overview.path("jobs-running").asInt());
    }

    /**
     * Uploads a jar with jobs in it.
     *
     * @return the id to run it by
     */
    public String upload(Path jar) throws IOException, InterruptedException {
        String boundary = UUID.randomUUID().toString();
        String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                + jar.getFileName() + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n";
        BodyPublisher body = BodyPublishers.concat(
                BodyPublishers.ofString(head),
                BodyPublishers.ofFile(jar),
                BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
        JsonNode reply = send(request("/jars/upload")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(body));
        String stored = reply.path("filename").asText();
        return stored.substring(stored.lastIndexOf('/') + 1);
    }

    public void deleteJar(String jarId) throws IOException, InterruptedException {
        send(request("/jars/" + encoded(jarId)).DELETE());
    }

    /**
     * Starts a job of an uploaded jar. The job's {@code main} runs on the cluster; what it throws is in the error.
     *
     * @return id of the job, which may still wait for slots
     */
    public String run(String jarId, JarRun run) throws IOException, InterruptedException {
        ObjectNode body = program(run);
        body.put("allowNonRestoredState", run.dropUnknownState());
        ObjectNode configuration = body.putObject("flinkConfiguration");
        run.configuration().forEach(configuration::put);
        if (JobArgumentList.paired(run.arguments())) {
            configuration.put("pipeline.global-job-parameters", told(jarId, run).toString());
        }
        if (run.restoreFrom() != null) {
            body.put("savepointPath", run.restoreFrom());
            body.put("claimMode", "NO_CLAIM");
        }
        return post("/jars/" + encoded(jarId) + "/run", body).path("jobid").asText();
    }

    /**
     * Has a job of an uploaded jar built, and not started: its {@code main} reads its arguments, and what it throws is in the error.
     *
     * @return how many slots it will take
     */
    public int plan(String jarId, JarRun run) throws IOException, InterruptedException {
        JsonNode nodes = post("/jars/" + encoded(jarId) + "/plan", program(run))
                .path("plan")
                .path("nodes");
        int slots = 1;
        for (JsonNode node : nodes) {
            slots = Math.max(slots, node.path("parallelism").asInt());
        }
        return slots;
    }

    /** Whether the cluster still has an uploaded jar. */
    public boolean hasJar(String jarId) throws IOException, InterruptedException {
        for (JsonNode file : get("/jars").path("files")) {
            if (file.path("id").asText().equals(jarId)) {
                return true;
            }
        }
        return false;
    }

    /** Of a job where it does not say. */
    public int parallelism(String jobId) throws IOException, InterruptedException {
        return get("/jobs/" + encoded(jobId) + "/config")
                .path("execution-config")
                .path("job-parallelism")
                .asInt(1);
    }

    /** What a job was started from; empty if it was not by this client. */
    public Optional<JobOrigin> origin(String jobId) throws IOException, InterruptedException {
        JsonNode execution = get("/jobs/" + encoded(jobId) + "/config").path("execution-config");
        JsonNode told = execution.path("user-config");
        if (!told.hasNonNull(TOLD_JAR)) {
            return Optional.empty();
        }
        return Optional.of(new JobOrigin(
                told.path(TOLD_JAR).asText(),
                told.path(TOLD_CLASS).asText(),
                new JobArgumentList(texts(told.path(TOLD_ARGUMENTS))),
                execution.path("job-parallelism").asInt(1),
                texts(told.path(TOLD_CONFIGURATION))));
    }

    /** Running jobs and those that ended lately. */
    public List<FlinkJob> jobs() throws IOException, InterruptedException {
        List<FlinkJob> jobs = new ArrayList<>();
        for (JsonNode job : get("/jobs/overview").path("jobs")) {
            jobs.add(new FlinkJob(
                    job.path("jid").asText(),
                    job.path("name").asText(),
                    job.path("state").asText(),
                    Instant.ofEpochMilli(job.path("start-time").asLong()),
                    job.path("tasks").path("running").asInt(),
                    job.path("tasks").path("finished").asInt(),
                    job.path("tasks").path("total").asInt()));
        }
        return jobs;
    }

    /** @return the job, or empty if the cluster does not know it */
    public Optional<FlinkJob> job(String jobId) throws IOException, InterruptedException {
        return jobs().stream().filter(job -> job.id().equals(jobId)).findFirst();
    }

    /** Asks for the job's end; it keeps its retained checkpoints. */
    public void cancel(String jobId) throws IOException, InterruptedException {
        send(request("/jobs/" + encoded(jobId) + "?mode=cancel").method("PATCH", BodyPublishers.noBody()));
    }

    /**
     * Takes a savepoint and lets the job run on.
     *
     * @param directory as the cluster sees it, a URI; empty for the cluster's own
     * @param limit how long it may take
     * @return path of the savepoint
     */
    public String savepoint(String jobId, Optional<String> directory, Duration limit)
            throws IOException, InterruptedException {
        ObjectNode body = json.createObjectNode().put("cancel-job", false);
        directory.ifPresent(path -> body.put("target-directory", path));
        return awaitSavepoint(jobId, post("/jobs/" + encoded(jobId) + "/savepoints", body), limit);
    }

    /**
     * Takes a savepoint and ends the job with it, so that nothing is done twice by its successor.
     *
     * @param directory as the cluster sees it, a URI; empty for the cluster's own
     * @param limit how long it may take
     * @return path of the savepoint
     */
    public String stop(String jobId, Optional<String> directory, Duration limit)
            throws IOException, InterruptedException {
        ObjectNode body = json.createObjectNode().put("drain", false);
        directory.ifPresent(path -> body.put("targetDirectory", path));
        return awaitSavepoint(jobId, post("/jobs/" + encoded(jobId) + "/stop", body), limit);
    }

    public FlinkCheckpoints checkpoints(String jobId) throws IOException, InterruptedException {
        JsonNode all = get("/jobs/" + encoded(jobId) + "/checkpoints");
        JsonNode latest = all.path("latest").path("completed");
        return new FlinkCheckpoints(
                all.path("counts").path("completed").asLong(),
                all.path("counts").path("failed").asLong(),
                text(latest.path("external_path")),
                latest.path("trigger_timestamp").asLong(),
                latest.path("end_to_end_duration").asLong(),
                latest.path("state_size").asLong(),
                latest.path("checkpointed_size").asLong(),
                text(all.path("latest").path("restored").path("external_path")));
    }

    /** What last made the job fail, with its stack; empty if nothing did. */
    public Optional<String> lastFailure(String jobId) throws IOException, InterruptedException {
        return failures(jobId).stream().findFirst();
    }

    /** What made the job fail or start anew, with their stacks, the newest first; of the last 20 failures. */
    public List<String> failures(String jobId) throws IOException, InterruptedException {
        List<String> failures = new ArrayList<>();
        get("/jobs/" + encoded(jobId) + "/exceptions?maxExceptions=20")
                .path("exceptionHistory")
                .path("entries")
                .forEach(entry -> text(entry.path("stacktrace")).ifPresent(failures::add));
        return failures;
    }

    private ObjectNode program(JarRun run) {
        ObjectNode body = json.createObjectNode();
        body.put("entryClass", run.entryClass());
        run.arguments().forEach(body.putArray("programArgsList")::add);
        body.put("parallelism", run.parallelism());
        return body;
    }

    /** Whoever may see the cluster's pages sees this: secrets are left out. */
    private ObjectNode told(String jarId, JarRun run) {
        ObjectNode told = json.createObjectNode();
        told.put(TOLD_JAR, jarId);
        told.put(TOLD_CLASS, run.entryClass());
        told.put(
                TOLD_ARGUMENTS,
                object(JobArgumentList.parse(run.arguments()).withoutSecrets().values())
                        .toString());
        told.put(TOLD_CONFIGURATION, object(run.configuration()).toString());
        return told;
    }

    private ObjectNode object(Map<String, String> texts) {
        ObjectNode object = json.createObjectNode();
        texts.forEach(object::put);
        return object;
    }

    private Map<String, String> texts(JsonNode object) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        json.readTree(object.asText("{}"))
                .properties()
                .forEach(each -> texts.put(each.getKey(), each.getValue().asText()));
        return texts;
    }

    private String awaitSavepoint(String jobId, JsonNode trigger, Duration limit)
            throws IOException, InterruptedException {
        String path = "/jobs/" + encoded(jobId) + "/savepoints/"
                + trigger.path("request-id").asText();
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (true) {
            JsonNode reply = get(path);
            if (reply.path("status").path("id").asText().equals("COMPLETED")) {
                JsonNode operation = reply.path("operation");
                if (operation.has("failure-cause")) {
                    throw new FlinkRestException(
                            200,
                            "The savepoint of job " + jobId + " failed: "
                                    + shortened(operation
                                            .path("failure-cause")
                                            .path("stack-trace")
                                            .asText()));
                }
                return operation.path("location").asText();
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("The savepoint of job " + jobId + " was not complete after " + limit.toSeconds()
                        + " s; the cluster goes on with it.");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private JsonNode post(String path, ObjectNode body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(CALL_LIMIT);
    }

    private JsonNode send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        HttpRequest request = builder.build();
        HttpResponse<String> reply;
        try {
            reply = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException unreachable) {
            throw new IOException(
                    "Flink's REST interface at " + base + " did not answer " + request.method() + " "
                            + request.uri().getPath() + ": " + unreachable,
                    unreachable);
        }
        if (reply.statusCode() >= 400) {
            throw new FlinkRestException(
                    reply.statusCode(),
                    "Flink at " + base + " answered " + reply.statusCode() + " to " + request.method() + " "
                            + request.uri().getPath() + ": " + reason(reply.body()));
        }
        return reply.body().isBlank() ? json.createObjectNode() : json.readTree(reply.body());
    }

    /** Flink puts a sentence and a long stack in a list; the causes in the stack are what helps. */
    private String reason(String body) {
        try {
            List<String> errors = new ArrayList<>();
            json.readTree(body).path("errors").forEach(error -> errors.add(error.asText()));
            return errors.isEmpty() ? shortened(body) : shortened(causes(errors));
        } catch (IOException notJson) {
            return shortened(body);
        }
    }

    private static String causes(List<String> errors) {
        String all = String.join("\n", errors);
        if (all.contains(JobFailure.CAUSE)) {
            return JobFailure.sentence(all);
        }
        List<String> telling = all.lines()
                .filter(line -> !line.startsWith("\t") && !line.isBlank())
                .distinct()
                .toList();
        return String.join("\n", telling);
    }

    private static String shortened(String text) {
        return text.length() <= MESSAGE_CHARS ? text : text.substring(0, MESSAGE_CHARS) + "…";
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty() ? Optional.of(node.asText()) : Optional.empty();
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
