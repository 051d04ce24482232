package dev.seedgate.platform.reporting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Whoever writes a report waits for its reader no longer than allowed. */
class ReportDownloadTests {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    void handsOverEveryByteInItsOrder() throws Exception {
        byte[] file = new byte[1_000_000];
        new Random(1).nextBytes(file);
        ReportDownload download = new ReportDownload(LONG, LONG);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        download.write(file[0]);
                        download.write(file, 1, file.length - 1);
                        download.close();
                        download.end(null);
                    } catch (IOException e) {
                        download.end(e);
                    }
                });
        ByteArrayOutputStream client = new ByteArrayOutputStream();
        download.copyTo(client);
        assertThat(client.toByteArray()).isEqualTo(file);
    }

    @Test
    void cutsOffAReaderThatTakesNothing() {
        ReportDownload download = new ReportDownload(LONG, SHORT);
        assertThatThrownBy(() -> writeForEver(download)).isInstanceOf(IOException.class);
    }

    @Test
    void cutsOffAReaderThatAlwaysTakesALittle() {
        ReportDownload download = new ReportDownload(Duration.ofMillis(200), LONG);
        CompletableFuture<Void> reader =
                CompletableFuture.runAsync(() ->
                        download.copyTo(
                                new OutputStream() {
                                    @Override
                                    public void write(int one) {}

                                    @Override
                                    public void write(byte[] bytes, int from, int length) {
                                        Thread.onSpinWait();
                                    }
                                }));
        assertThatThrownBy(() -> writeForEver(download)).isInstanceOf(IOException.class);
        download.end(new IllegalStateException("cut off"));
        assertThatThrownBy(reader::join).hasRootCauseMessage("cut off");
    }

    @Test
    void stopsWritingWhenTheReaderIsGone() throws Exception {
        ReportDownload download = new ReportDownload(LONG, LONG);
        CountDownLatch gone = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        download.copyTo(
                                new OutputStream() {
                                    @Override
                                    public void write(int one) throws IOException {
                                        throw new IOException("reset");
                                    }
                                });
                    } catch (UncheckedIOException _) {
                        gone.countDown();
                    }
                });
        assertThatThrownBy(() -> writeForEver(download)).isInstanceOf(IOException.class);
        gone.await();
    }

    @Test
    void failsAsTheReportDidAndKeepsWhatWasLeft() throws Exception {
        ReportDownload download = new ReportDownload(LONG, LONG);
        download.write(new byte[100_000], 0, 100_000);
        download.end(new IllegalArgumentException("the report"));
        ByteArrayOutputStream client = new ByteArrayOutputStream();
        assertThatThrownBy(() -> download.copyTo(client)).hasMessage("the report");
        assertThat(client.size()).isZero();
    }

    private static void writeForEver(ReportDownload download) throws IOException {
        while (true) {
            download.write(new byte[1000], 0, 1000);
        }
    }
}
