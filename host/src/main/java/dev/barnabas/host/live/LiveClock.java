package dev.barnabas.host.live;

import dev.barnabas.host.Clock;

/** The clocks of the machine. */
record LiveClock() implements Clock {

    @Override
    public long wallMs() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }
}
