package dev.seedgate.vendor.media;

import dev.seedgate.platform.values.SizeRange;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How clips are fetched from where the vendor says they are.
 *
 * @param clipsAllowInternal whether that may be inside the own network, and without TLS; for a
 *     vendor of one's own and for tests
 * @param clipsMaxSize more of a clip is neither passed on nor kept; ten seconds of video have some
 *     ten megabytes
 * @param clipsResponseTimeout for the connection, for the answer's head, and between two packets of
 *     its body; a storage service answers within a second
 * @param clipsTransferTimeout of a whole clip, however its bytes drip; the largest one then comes
 *     at 1 MB a second
 */
@Validated
@ConfigurationProperties("seedgate")
public record MediaSettings(
        @DefaultValue("false") boolean clipsAllowInternal,
        @DefaultValue("500MB") @SizeRange(min = "1KB", max = "100GB") DataSize clipsMaxSize,
        @DefaultValue("10s") @DurationMin(millis = 10) @DurationMax(minutes = 5)
                Duration clipsResponseTimeout,
        @DefaultValue("10m") @DurationMin(millis = 10) @DurationMax(hours = 6)
                Duration clipsTransferTimeout) {}
