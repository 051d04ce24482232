# From the jar that ./mvnw package made. The layers are split by how often they change.
FROM eclipse-temurin:25-jre AS layers
WORKDIR /layers
COPY target/seedgate-*.jar seedgate.jar
RUN java -Djarmode=tools -jar seedgate.jar extract --layers --destination extracted

FROM eclipse-temurin:25-jre
WORKDIR /seedgate
COPY --from=layers /layers/extracted/dependencies/ ./
COPY --from=layers /layers/extracted/spring-boot-loader/ ./
COPY --from=layers /layers/extracted/snapshot-dependencies/ ./
COPY --from=layers /layers/extracted/application/ ./
# A number, so that platforms which refuse root can see that it is none.
USER 10001:10001
EXPOSE 8080
# No shell in between: the JVM is process 1 and gets the SIGTERM that begins the drain.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-XX:+ExitOnOutOfMemoryError", "-jar", "seedgate.jar"]
