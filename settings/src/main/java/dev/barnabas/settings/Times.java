package dev.barnabas.settings;

import java.time.Duration;

/** Conversions between the units in which Kafka's settings give times. */
final class Times {

    private Times() {}

    static Long hours(int hours) {
        return Duration.ofHours(hours).toMillis();
    }

    /** Any negative number is for ever, which in milliseconds is -1. */
    static Long hoursOrForever(int hours) {
        return hours < 0 ? -1 : hours(hours);
    }

    static Long minutesOrForever(int minutes) {
        return minutes < 0 ? -1 : Duration.ofMinutes(minutes).toMillis();
    }
}
