package dev.seedgate.operations.console;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The forms in which pages show figures and times; templates know it as {@code show}. */
public final class DisplayFormat {

    /** What stands where there is nothing. */
    public static final String NOTHING = "–";

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    DisplayFormat() {}

    /** Grouped: {@code 12,345}; a dash for null. */
    public String number(@Nullable Number number) {
        return number == null
                ? NOTHING
                : new DecimalFormat("#,##0.####", DecimalFormatSymbols.getInstance(Locale.ENGLISH))
                        .format(number)
                        .replace("-", "−");
    }

    /** The same with its sign, for what is added to something. */
    public String signed(long number) {
        return number > 0 ? "+" + number(number) : number(number);
    }

    /** A share from 0 to 1: {@code 98.4 %}. */
    public String percent(@Nullable BigDecimal share) {
        return share == null
                ? NOTHING
                : share.multiply(HUNDRED)
                                .setScale(1, RoundingMode.DOWN)
                                .stripTrailingZeros()
                                .toPlainString()
                        + "\u00a0%";
    }

    /** To the minute, in UTC; the browser shows it in the viewer's zone. */
    public String minute(Instant at) {
        return MINUTE.format(at);
    }

    /** To the second. */
    public String second(Instant at) {
        return SECOND.format(at);
    }

    /** The two largest units: {@code 2 d 3 h}, {@code 4 min 10 s}, {@code 1.2 s}. */
    public String duration(@Nullable Duration time) {
        if (time == null) {
            return NOTHING;
        }
        Duration span = time.isNegative() ? Duration.ZERO : time;
        long seconds = span.toSeconds();
        if (seconds < 10) {
            return BigDecimal.valueOf(span.toMillis(), 3).setScale(1, RoundingMode.HALF_UP)
                    + "\u00a0s";
        }
        if (seconds < 60) {
            return seconds + "\u00a0s";
        }
        if (seconds < 3600) {
            return two(span.toMinutes(), "min", span.toSecondsPart(), "s");
        }
        if (seconds < 86_400) {
            return two(span.toHours(), "h", span.toMinutesPart(), "min");
        }
        return two(span.toDays(), "d", span.toHoursPart(), "h");
    }

    /** The same of a number of seconds. */
    public String seconds(@Nullable BigDecimal seconds) {
        return seconds == null
                ? NOTHING
                : duration(Duration.ofMillis(seconds.movePointRight(3).longValue()));
    }

    /** The time from one moment to another. */
    public String between(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null ? NOTHING : duration(Duration.between(from, to));
    }

    /** A line to paste that orders a clip, at the address by which the viewer came. */
    public String createClip() {
        return """
        curl -X POST %s/api/generate \\
          -H "Authorization: Bearer $SEEDGATE_KEY" \\
          -H 'Content-Type: application/json' \\
          -d '{"prompt":"A red kite over the sea","aspect_ratio":"16:9","duration":"5"}'\
        """
                .formatted(origin());
    }

    /** A line to paste that makes a team. */
    public String createTeam() {
        return """
        curl -X POST %s/admin/api/teams \\
          -H "Authorization: Bearer $ADMIN_KEY" \\
          -H 'Content-Type: application/json' \\
          -d '{"slug":"studio","name":"Studio","monthly_quota":5000}'\
        """
                .formatted(origin());
    }

    /** A line to paste with which a team asks to be told of its tasks' ends. */
    public String createWebhook() {
        return """
        curl -X POST %s/api/webhooks \\
          -H "Authorization: Bearer $SEEDGATE_KEY" \\
          -H 'Content-Type: application/json' \\
          -d '{"url":"https://studio.example/seedgate"}'\
        """
                .formatted(origin());
    }

    private static String origin() {
        return ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
    }

    /** How full something is, from 0 to 100 for the width of a bar. */
    public long fill(Number used, Number limit) {
        return limit.longValue() == 0
                ? 100
                : Math.clamp(Math.round(100.0 * used.longValue() / limit.longValue()), 0, 100);
    }

    private static String two(long large, String unit, int small, String smaller) {
        String text = large + "\u00a0" + unit;
        return small == 0 ? text : text + " " + small + "\u00a0" + smaller;
    }
}
