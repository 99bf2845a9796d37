# Four images of one build: `docker build --target jobs | agent | lab .`; without a target the edges, the console and the commands.
FROM maven:3.9-eclipse-temurin-17 AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./fairlead package && mkdir /opt/fairlead && tar -xzf dist/target/fairlead-*.tar.gz --strip-components=1 -C /opt/fairlead

# Flink with the jobs in it, for clusters that run one application each (deploy/kubernetes).
FROM flink:2.3.0-java17 AS jobs
COPY --from=build /opt/fairlead/jobs/fairlead-jobs.jar /opt/flink/usrlib/fairlead-jobs.jar
# The image's own user `flink`; by number, so that Kubernetes sees that it is not root.
USER 9999

# One exit agent.
FROM eclipse-temurin:17-jre-alpine AS agent
RUN adduser -S -D -h /var/lib/fairlead fairlead && install -d -o fairlead /var/lib/fairlead/agent
COPY --from=build /opt/fairlead/agent/fairlead-agent.jar /opt/fairlead/fairlead-agent.jar
USER fairlead
WORKDIR /var/lib/fairlead
# It is well while it holds a link: a connection that is established (state 01).
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q " 01 "
ENTRYPOINT ["java", "-Xmx64m", "-XX:+UseSerialGC", "-jar", "/opt/fairlead/fairlead-agent.jar"]
CMD ["--state=/var/lib/fairlead/agent"]

# Whether a container of these is well depends on its command: docker-compose.yml and deploy/kubernetes ask `/live` of each.
FROM eclipse-temurin:17-jre AS base
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/fairlead fairlead \
    && install -d -o fairlead /var/lib/fairlead /certificates \
    && ln -s /opt/fairlead/bin/fairlead /usr/local/bin/fairlead
COPY --from=build /opt/fairlead /opt/fairlead
USER 10001
WORKDIR /var/lib/fairlead
ENTRYPOINT ["fairlead"]

# With the lab's own commands: many agents in one process, behind impaired paths.
FROM base AS lab
COPY --from=build /src/lab/target/lib /opt/fairlead/lib
COPY --from=build /src/lab/target/fairlead-lab-*.jar /opt/fairlead/lib/

FROM base AS fairlead
