# Builds Fairlead and leaves the `fairlead` command and the job jar in a small image.
FROM maven:3.9-eclipse-temurin-17 AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./fairlead build

FROM eclipse-temurin:17-jre
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/fairlead fairlead \
    && install -d -o fairlead /var/lib/fairlead /certificates
COPY --from=build /src/lab/target/lib /opt/fairlead/lib
COPY --from=build /src/lab/target/classes /opt/fairlead/classes
COPY --from=build /src/jobs/target/fairlead-jobs-*-flink.jar /opt/fairlead/jobs.jar
COPY deploy/fairlead /usr/local/bin/fairlead
USER fairlead
WORKDIR /var/lib/fairlead
ENTRYPOINT ["fairlead"]
