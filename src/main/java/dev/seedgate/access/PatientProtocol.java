package dev.seedgate.access;

import java.time.Duration;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;

/** HTTP/1.1 with an end to its patience. Public, because Tomcat makes it by name. */
public class PatientProtocol extends Http11NioProtocol {

    private Duration patience = Duration.ofSeconds(30);

    void setPatience(Duration patience) {
        this.patience = patience;
    }

    @Override
    protected Processor createProcessor() {
        return new PatientProcessor(this, patience);
    }
}
