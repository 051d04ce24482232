# From the jar that ./mvnw package made. The layers are split by how often they change.
FROM eclipse-temurin:25-jre AS gateway
WORKDIR /layers
COPY target/seedgate-*.jar seedgate.jar
RUN java -Djarmode=tools -jar seedgate.jar extract --layers --destination extracted

# Starts the gateway once, beside a PostgreSQL, for the AOT cache: later starts take less than half the time. The JRE and
# the files must be those of the final image, to the time stamp, or the JVM does not take the cache.
FROM postgres:18 AS training
COPY --from=gateway /opt/java/openjdk /opt/java/openjdk
ENV PATH=/opt/java/openjdk/bin:$PATH
WORKDIR /seedgate
COPY --from=gateway /layers/extracted/dependencies/ ./
COPY --from=gateway /layers/extracted/spring-boot-loader/ ./
COPY --from=gateway /layers/extracted/snapshot-dependencies/ ./
COPY --from=gateway /layers/extracted/application/ ./
COPY deploy/image/java.options deploy/image/train ./
RUN ./train

FROM eclipse-temurin:25-jre
WORKDIR /seedgate
COPY --from=gateway /layers/extracted/dependencies/ ./
COPY --from=gateway /layers/extracted/spring-boot-loader/ ./
COPY --from=gateway /layers/extracted/snapshot-dependencies/ ./
COPY --from=gateway /layers/extracted/application/ ./
COPY --from=training /seedgate/seedgate.aot /seedgate/java.options ./
# A number, so that platforms which refuse root can see that it is none. Nothing is written but to /tmp.
USER 10001:10001
EXPOSE 8080
# The image has no HTTP client; bash has a network.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${MANAGEMENT_SERVER_PORT:-${SERVER_PORT:-8080}} && printf 'GET /actuator/health/readiness HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200'* ]]"]
# No shell in between: the JVM is process 1 and gets the SIGTERM that begins the drain.
ENTRYPOINT ["java", "@java.options", "-XX:AOTCache=seedgate.aot", "-jar", "seedgate.jar"]
