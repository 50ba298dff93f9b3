package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A broker to be measured. */
interface Subject {

    String name();

    /** What has to be run once before the first start, if anything; the time it takes is part of a fresh start. */
    List<List<String>> preparations(Path directory, int port) throws IOException;

    /**
     * The command of the broker itself: what it starts must be this very process, so that its processor time can be
     * read.
     */
    List<String> command(Path directory, int port) throws IOException;
}
