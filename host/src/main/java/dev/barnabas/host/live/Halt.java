package dev.barnabas.host.live;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The default: says it and stops the process at once, without shutdown hooks, because whatever runs on could harm the
 * data. What was acknowledged is on stable storage and recovery is made for this.
 */
final class Halt implements DefectHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Halt.class);

    /** EX_SOFTWARE of sysexits.h: an internal software error. */
    private static final int STATUS = 70;

    @Override
    public void defect(String where, Throwable cause) {
        try {
            LOG.atError()
                    .setCause(cause)
                    .addKeyValue("where", where)
                    .log("a defect: the process stops, please report it with this stack trace");
        } finally {
            Runtime.getRuntime().halt(STATUS);
        }
    }
}
